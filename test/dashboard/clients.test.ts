import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADA } from '../support/api.ts';
import { connectClient } from '../support/clients.ts';
import { CHROMIUM, Dashboard, govern, PHONE, WAIT } from '../support/dashboard.ts';

const TAGS = 'fluentcrm_list_tags';
const POLICY = { version: '1', default: 'deny', tools: { [TAGS]: {} } };

/** What a client gets out of its block: where it calls, and what it sends with every request. */
interface Target {
  readonly url: string;
  readonly authorization: string;
}
interface Entry {
  readonly type?: string;
  readonly url?: string;
  readonly httpUrl?: string;
  readonly serverUrl?: string;
  readonly headers?: { readonly Authorization: string };
  readonly command?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The blocks that are pasted into clients, each read as its client reads it and put to use. */
describe.skipIf(CHROMIUM === undefined)('the block', () => {
  const dashboard = new Dashboard();
  let page: Page;
  let server = '';
  beforeAll(async () => {
    await dashboard.start();
    ({ server } = await govern(dashboard, POLICY));
    page = await dashboard.openAs(ADA, `/app/start?server=${server}&step=grant`);
    await page.getByRole('textbox', { name: 'Label' }).fill('my agent');
    await page.getByRole('button', { name: 'Mint the grant' }).click();
    await page.getByText('Copy it now').waitFor();
  }, 120_000);
  afterAll(() => dashboard.stop());

  /** The only server of a JSON configuration, under its id. */
  function entryIn(text: string, member = 'mcpServers'): Entry {
    const all = (JSON.parse(text) as Record<string, Readonly<Record<string, Entry>>>)[member];
    expect(Object.keys(all ?? {})).toEqual([server]);
    return all?.[server] ?? {};
  }
  const target = (url = '', authorization = ''): Target => ({ url, authorization });

  const READERS: readonly (readonly [client: string, read: (text: string) => Target])[] = [
    ['Claude Desktop', (text) => throughMcpRemote(entryIn(text))],
    ['Claude Code', (text) => asClaudeCode(text, dashboard.dataDir, server)],
    ['Cursor', (text) => target(entryIn(text).url, entryIn(text).headers?.Authorization)],
    [
      'VS Code',
      (text) => {
        const { type, url, headers } = entryIn(text, 'servers');
        expect(type).toBe('http');
        return target(url, headers?.Authorization);
      },
    ],
    ['Windsurf', (text) => target(entryIn(text).serverUrl, entryIn(text).headers?.Authorization)],
    ['Codex', (text) => asToml(text, server)],
    ['Gemini CLI', (text) => target(entryIn(text).httpUrl, entryIn(text).headers?.Authorization)],
    ['Other', (text) => target(...(text.split('\nAuthorization: ') as [string, string]))],
  ];

  it.each(READERS)('for %s leads an agent through the gateway', async (client, read) => {
    await page.getByRole('tab', { name: client, exact: true }).click();
    const text = await page.getByLabel(`the block for ${client}`, { exact: true }).innerText();
    const { url, authorization } = read(text);
    expect(url).toBe(`${dashboard.base}/mcp/${server}/`);
    const [, token] = /^Bearer (tg_\w+)$/.exec(authorization) ?? [];
    for (const kind of ['SDK 2, modern', 'SDK 1'] as const) {
      const agent = await vi.waitFor(() => connectClient(kind, { url, token }), WAIT);
      expect(await agent.listTools()).toEqual([TAGS]);
      await agent.close();
    }
  });

  it('is chosen from a list on a phone, and remembered', async () => {
    const phone = await dashboard.openAs(ADA, `/app/servers/${server}/grants`, PHONE);
    await phone.getByRole('button', { name: 'New grant' }).first().tap();
    await phone.getByRole('textbox', { name: /^Which agent/ }).fill('pocket');
    await phone.getByRole('button', { name: 'Make the grant' }).tap();
    await phone.getByRole('combobox', { name: 'Your client' }).tap();
    await phone.getByRole('option', { name: 'Gemini CLI' }).tap();
    const text = await phone.getByLabel('the block for Gemini CLI', { exact: true }).innerText();
    expect(entryIn(text).httpUrl).toBe(`${dashboard.base}/mcp/${server}/`);
    expect(await phone.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    expect(await phone.evaluate<string>("localStorage.getItem('toolgate-client')")).toBe('"Gemini CLI"');
    await phone.context().close();
  });
});

/** As mcp-remote takes its arguments: the address first, and variables in the value of a header. */
function throughMcpRemote({ command, args = [], env = {} }: Entry): Target {
  expect([command, ...args.slice(0, 2)]).toEqual(['npx', '-y', 'mcp-remote']);
  const header = args[args.indexOf('--header') + 1] ?? '';
  const [, name, value = ''] = /^(\w+):(.*)$/.exec(header) ?? [];
  expect(name).toBe('Authorization');
  return {
    url: args[2] ?? '',
    authorization: value.replaceAll(/\$\{(\w+)\}/g, (_, variable: string) => env[variable] ?? ''),
  };
}

/** Runs the command in a shell, with a program in the place of Claude Code that says how it was called. */
function asClaudeCode(text: string, folder: string, id: string): Target {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const script = '#!/bin/sh\nfor word in "$@"; do printf "%s\\n" "$word"; done\n';
  writeFileSync(join(bin, 'claude'), script);
  chmodSync(join(bin, 'claude'), 0o755);
  const said = execFileSync('/bin/sh', ['-c', text], { env: { PATH: bin }, encoding: 'utf8' });
  const words = said.trimEnd().split('\n');
  expect(words.slice(0, 7)).toEqual(['mcp', 'add', '--scope', 'user', '--transport', 'http', id]);
  const [url = '', flag, header = '', ...more] = words.slice(7);
  expect([flag, more]).toEqual(['--header', []]);
  return { url, authorization: header.replace(/^Authorization: /, '') };
}

/** The little of TOML that the block is made of: one table, basic strings, one inline table. */
function asToml(text: string, id: string): Target {
  const [table, ...lines] = text.split('\n');
  expect(table).toBe(`[mcp_servers.${JSON.stringify(id)}]`);
  const values = new Map(lines.map((line) => line.split(/ = (.*)/s, 2) as [string, string]));
  expect([...values.keys()]).toEqual(['url', 'http_headers']);
  const [, authorization = '""'] =
    /^\{ Authorization = ("(?:[^"\\]|\\.)*") \}$/.exec(values.get('http_headers') ?? '') ?? [];
  return {
    url: JSON.parse(values.get('url') ?? '""') as string,
    authorization: JSON.parse(authorization) as string,
  };
}
