import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listTools } from '#fluentcrm';
import { openCatalogueIndex, type CatalogueIndexFile } from '#store';
import { indexRecords } from '../../src/catalogue/records/index-records.ts';
import { makeRecord } from '../../src/catalogue/records/make-record.ts';
import { recordFiles } from '../../src/catalogue/records/record-files.ts';
import { REGISTRY_TOOLS } from '../../src/catalogue/registry/mcp-tools.ts';
import { createRegistryApi } from '../../src/catalogue/registry/registry-api.ts';
import { ROUTES } from '../../src/catalogue/registry/routes.ts';

/** The commands of docs/registry.md are run against a registry of one server; what they show must be what comes. */
const text = readFileSync(resolve(import.meta.dirname, '../../docs/registry.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'toolgate-registry-docs-'));
let index: CatalogueIndexFile | undefined;
const api = createRegistryApi({ index: () => index, origin: 'http://127.0.0.1:8750', version: '1.0.0' });

beforeAll(async () => {
  const record = makeRecord({
    slug: 'fluentcrm-mcp',
    name: 'fluentcrm-mcp',
    scannedAt: '2026-11-20T10:00:00.000Z',
    how: { by: 'bundled', bin: 'fluentcrm-mcp', args: ['--sandbox'] },
    answer: { answered: true, era: 'modern', revision: '2026-07-28', tools: listTools('pl') },
  });
  await recordFiles(folder).write(record);
  await indexRecords(folder, join(folder, 'index.db'));
  index = openCatalogueIndex(join(folder, 'index.db'));
});
afterAll(async () => {
  await index?.close();
  rmSync(folder, { recursive: true, force: true });
});

const blocks = [...text.matchAll(/^```(.*)\n([^`]*)^```$/gm)].map(([, words = '', content = '']) => ({
  words: words.split(' '),
  content,
}));

function sentFile(name: string): string {
  return blocks.find(({ words }) => words.includes(`file=${name}`))?.content ?? '';
}

/** A line with `curl` as a request of the API. */
async function run(line: string): Promise<Response> {
  const url = /http:\/\/127\.0\.0\.1:8750(\/v0[^'\s]*)/.exec(line)?.[1] ?? '';
  const file = /--data @(\S+)/.exec(line)?.[1];
  const [, name = 'accept', value = '*/*'] = /--header '([\w-]+): ([^']*)'/.exec(line) ?? [];
  const sent = file === undefined ? {} : { method: 'POST', body: sentFile(file) };
  return api.request(url, { headers: { [name]: value }, ...sent });
}

const requests = blocks.flatMap(({ content }, place) =>
  content
    .split('\n')
    .filter((line) => line.startsWith('curl '))
    .map((line) => ({ line, shown: blocks[place + 1] })),
);

describe('docs/registry.md', () => {
  it.each(requests)('$line', async ({ line, shown }) => {
    const response = await run(line);
    const body: unknown = await response.json();
    if (shown?.words.includes('answer') === true) expect(body).toEqual(JSON.parse(shown.content));
    else expect(response.status).toBe(200);
  });

  it('shows answers, and sends a configuration', () => {
    expect(requests.filter(({ shown }) => shown?.words.includes('answer'))).toHaveLength(2);
    expect(sentFile('mcp.json')).toContain('mcpServers');
  });

  it('names every path and every tool, and no other', () => {
    const cells = [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, cell]) => cell);
    expect(cells).toEqual([
      ...ROUTES.filter(({ method }) => method === 'GET').map(({ path }) => `GET ${path}`),
      'POST /v0/check',
      'GET /v0/openapi.json',
      ...REGISTRY_TOOLS.map(({ name }) => name),
    ]);
  });
});
