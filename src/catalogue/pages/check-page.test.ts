import fc from 'fast-check';
import { afterAll, describe, expect, it, test } from 'vitest';
import { openMadeUpCatalogue } from '../fixtures.suite.ts';
import { createSite } from './site.ts';

const catalogue = await openMadeUpCatalogue();
const site = createSite(catalogue.parts);
afterAll(() => catalogue.close());

async function pasted(
  block: string,
): Promise<{ readonly status: number; readonly text: string; readonly cache: string }> {
  const answer = await site.request('/check', {
    method: 'POST',
    body: new URLSearchParams({ block }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  return {
    status: answer.status,
    text: await answer.text(),
    cache: answer.headers.get('cache-control') ?? '',
  };
}

const BLOCK = `{
  // servers of a client
  "mcpServers": {
    "desk": { "command": "npx", "args": ["-y", "@example/desk", "--key=top-secret"], "env": { "TOKEN": "top-secret" } },
    "silent": { "command": "npx", "args": ["silent-server"] },
    "far": { "url": "https://user:top-secret@mcp.example.com/sse?token=top-secret" },
    "own": { "command": "npx", "args": ["-y", "my-own-tools"] },
    "python": { "command": "uvx", "args": ["something"] },
  },
}`;

describe('a pasted configuration', () => {
  it('shows every tool by class and a policy for each known server', async () => {
    const { status, text, cache } = await pasted(BLOCK);
    expect(status).toBe(200);
    expect(cache).toBe('no-store');
    expect(text).toContain('The catalogue knows 1 of 5 servers. Through it your agents could call 6 tools');
    for (const tool of ['list-notes', 'create-note', 'run-command', 'delete-note', 'create-refund', 'xyzzy'])
      expect(text).toContain(`href="/tools/example-desk/${tool}"`);
    expect(text).toContain('desk-policy.json');
    expect(text).toContain('&quot;default&quot;: &quot;deny&quot;');
  });

  it('says of the others why nothing is known, and how to find out', async () => {
    const { text } = await pasted(BLOCK);
    expect(text).toContain('gave no tools (exited)');
    expect(text).toContain('toolgate scan --npm my-own-tools');
    expect(text).toContain('mcp.example.com');
    expect(text).toContain('started with Python');
    expect(text).toContain('Their tools are unknown, not harmless.');
  });

  it('is not sent back, and no secret of it', async () => {
    expect((await pasted(BLOCK)).text).not.toContain('top-secret');
    expect((await pasted(BLOCK.replace('"-y", "@ex', '"-y" "@ex'))).text).not.toContain('top-secret');
  });

  it('has the same effect sentence as the page of the server', async () => {
    const effect = /<strong>Effect:<\/strong> ([^]*?)<\/figcaption>/;
    const { text } = await pasted(BLOCK);
    const server = await (await site.request('/tools/example-desk')).text();
    expect(effect.exec(text)?.[1]).toBe(effect.exec(server)?.[1]);
    expect(effect.exec(text)?.[1]).toContain('tool');
  });

  test.each(['__proto__', 'constructor', '<script>alert(1)</script>', '\u202eevil', '"><svg onload=x>'])(
    'may name a server %j',
    async (name) => {
      const { status, text } = await pasted(
        `{"mcpServers": {${JSON.stringify(name)}: {"command": "npx", "args": ["forecast"]}}}`,
      );
      expect(status).toBe(200);
      expect(text).toContain('/tools/forecast');
      expect(text).not.toContain('<script>alert');
      expect(text).not.toContain('<svg onload');
      expect(text).not.toContain('\u202e');
    },
  );
});

describe('what cannot be read', () => {
  test.each([
    ['', /no servers here/],
    ['{"mcpServers": {}}', /no servers in it/],
    ['{"mcpServers": {"a": {"command": "npx"', /Line 1, column \d+: A closing brace is missing/],
    ['{"mcpServers": {\n"a": 5}}', /Line 2, column 6: A server must be an object/],
    ['['.repeat(200_000), /nested too deeply/],
    [`{"mcpServers": {"a": {"command": "${'x'.repeat(300_000)}"}}}`, /at most 256 kB/],
    ['x'.repeat(2_000_000), /at most 256 kB/],
  ])('%#: is told with its place', async (block, message) => {
    const { status, text } = await pasted(block);
    expect(status).toBe(400);
    expect(text).toMatch(message);
  });

  it('never breaks the page', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'grapheme' }), fc.json()), async (block) => {
        expect([200, 400]).toContain((await pasted(block)).status);
      }),
      { numRuns: 40 },
    );
  });
});

it('the form is there without an index, and the check waits for it', async () => {
  const early = createSite({ ...catalogue.parts, index: () => undefined });
  expect((await early.request('/check')).status).toBe(200);
  const body = new URLSearchParams({ block: BLOCK }).toString();
  expect((await early.request('/check', { method: 'POST', body })).status).toBe(503);
});
