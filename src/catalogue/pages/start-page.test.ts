import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfiguration, type Configuration } from '#platform';
import { validatePolicy } from '#policy';
import { DESK, FORECAST, openMadeUpCatalogue, type MadeUpCatalogue } from '../fixtures.suite.ts';
import type { PageContent } from './page.ts';
import { startPage } from './start-page.ts';

let catalogue: MadeUpCatalogue;
const folder = mkdtempSync(join(tmpdir(), 'toolgate-start-'));
beforeAll(async () => {
  catalogue = await openMadeUpCatalogue([DESK, FORECAST, { ...FORECAST, slug: 'remote', by: 'url' }]);
});
afterAll(async () => {
  await catalogue.close();
  rmSync(folder, { recursive: true, force: true });
});

async function pageOf(slug: string, tool?: string): Promise<PageContent> {
  const server = await catalogue.index.server(slug);
  if (server === undefined) throw new Error(`no server ${slug}`);
  const entry = tool === undefined ? undefined : await catalogue.index.tool(slug, tool);
  return entry === undefined
    ? startPage({ server, tools: await catalogue.index.toolsOf(slug) })
    : startPage({ server, entry });
}

function textIn({ main }: PageContent, id: string): string {
  const found = new RegExp(`id="${id}"[^>]*>(?:<code>)?([^<]*)<`).exec(main.toString());
  return (found?.[1] ?? '').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
}

function loaded(text: string, environment: NodeJS.ProcessEnv): Configuration {
  const file = join(folder, 'toolgate.json');
  writeFileSync(file, text);
  return loadConfiguration(file, environment).configuration;
}

describe('where a policy is put in force', () => {
  it('has the policy of the tool in a field to change, and it is valid', async () => {
    const policy = textIn(await pageOf('example-desk', 'create-note'), 'policy');
    const read = validatePolicy(JSON.parse(policy));
    expect(read.ok && Object.keys(read.document.tools ?? {})).toEqual(['create_note']);
  });

  it('has the policy of the whole server where no tool is named', async () => {
    const policy = textIn(await pageOf('example-desk'), 'policy');
    expect(validatePolicy(JSON.parse(policy))).toMatchObject({
      ok: true,
      document: { hide: ['delete_note'] },
    });
  });

  it('has a configuration that the gateway loads, secrets from the environment', async () => {
    const page = await pageOf('example-desk', 'create-note');
    const { servers, grants } = loaded(textIn(page, 'configuration'), { DESK_API_KEY: 'k', DESK_URL: 'u' });
    expect(servers['example-desk']).toMatchObject({
      command: 'npx',
      args: ['-y', '@example/desk@1.2.3'],
      env: { DESK_API_KEY: 'k', DESK_URL: 'u' },
      policies: { main: JSON.parse(textIn(page, 'policy')) as object },
    });
    expect(grants).toEqual([
      {
        label: 'agent',
        server: 'example-desk',
        policy: 'main',
        token: { file: 'example-desk-grant.token' },
      },
    ]);
  });

  it('names the file of the token that the configuration names', async () => {
    const page = await pageOf('forecast');
    expect(loaded(textIn(page, 'configuration'), {}).grants?.[0]?.token).toEqual({
      file: 'forecast-grant.token',
    });
    expect(textIn(page, 'commands')).toContain('toolgate serve --config toolgate.json --data data');
    expect(textIn(page, 'commands')).toContain('cat data/forecast-grant.token');
  });

  it('gives clients the address of that server', async () => {
    expect(textIn(await pageOf('forecast'), 'client-cursor-text')).toContain(
      'http://127.0.0.1:8750/mcp/forecast/',
    );
  });

  it('says so where the record does not tell how the server is started', async () => {
    const { main, markdown } = await pageOf('remote');
    expect(main.toString()).not.toContain('id="configuration"');
    expect(markdown).toContain('does not say how it is started');
  });

  it('is not for search engines', async () => {
    expect((await pageOf('forecast')).isPrivate).toBe(true);
  });
});
