import { describe, expect, it, test } from 'vitest';
import fc from 'fast-check';
import { MOST_SERVERS, readServerBlock } from './server-block.ts';

const filesystem = {
  command: 'npx',
  args: ['-y', '@modelcontextprotocol/server-filesystem@2025.7.1', '/data'],
};

describe('a block of servers', () => {
  it('gives command, package and names of variables, and no value of one', () => {
    const block = { mcpServers: { files: { ...filesystem, env: { API_KEY: 'top-secret' } } } };
    const read = readServerBlock(JSON.stringify(block));
    expect(read).toEqual({
      servers: [
        {
          name: 'files',
          kind: 'npm',
          command: 'npx',
          args: filesystem.args,
          packageName: '@modelcontextprotocol/server-filesystem',
          packageVersion: '2025.7.1',
          envNames: ['API_KEY'],
        },
      ],
      problems: [],
    });
    expect(JSON.stringify(read)).not.toContain('top-secret');
  });

  test.each([
    ['most clients', { mcpServers: { files: filesystem } }],
    ['VS Code', { inputs: [], servers: { files: { type: 'stdio', ...filesystem } } }],
    ['settings of VS Code', { mcp: { servers: { files: filesystem } } }],
    ['Codex as JSON', { mcp_servers: { files: filesystem } }],
    ['Zed', { context_servers: { files: { command: { path: 'npx', args: filesystem.args } } } }],
    ['opencode', { mcp: { files: { type: 'local', command: ['npx', ...filesystem.args] } } }],
    ['a list with names', { mcpServers: [{ name: 'files', ...filesystem }] }],
    ['the servers alone', { files: filesystem }],
  ])('is read as %s write it', (_, block) => {
    const { servers, problems } = readServerBlock(JSON.stringify(block));
    expect(problems).toEqual([]);
    expect(servers).toMatchObject([
      { name: 'files', packageName: '@modelcontextprotocol/server-filesystem', args: filesystem.args },
    ]);
  });

  it('may have comments, trailing commas, and no braces around it', () => {
    const { servers, problems } = readServerBlock(`"mcpServers": {
      // the files
      "files": { "command": "npx", "args": ["-y", "files-server",], },
    },`);
    expect(problems).toEqual([]);
    expect(servers).toMatchObject([{ name: 'files', packageName: 'files-server' }]);
  });

  it('may name servers by address', () => {
    const { servers } = readServerBlock('{"mcpServers": {"far": {"url": "https://mcp.example.com/mcp"}}}');
    expect(servers).toEqual([
      { name: 'far', kind: 'remote', args: [], url: 'https://mcp.example.com/mcp', envNames: [] },
    ]);
  });

  it('keeps names of prototypes as names', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const members = names.map((name) => `"${name}": {"command": "npx", "args": ["${name}-server"]}`);
    const { servers } = readServerBlock(`{"mcpServers": {${members.join(',')}}}`);
    expect(servers.map(({ name }) => name)).toEqual(names);
    expect(readServerBlock('{"__proto__": {"mcpServers": {"a": {"command": "npx"}}}}').servers).toEqual([]);
  });
});

describe('what is wrong is said with its place', () => {
  test.each([
    ['{\n  "mcpServers": {\n    "a": {"command" "npx"}\n', 3, 21, /colon/],
    ['"mcpServers": {"a" {}}', 1, 20, /colon/],
    ['', 1, 1, /no servers here/],
    ['[1, 2]', 1, 1, /no servers here/],
    ['{"mcpServers": "none"}', 1, 1, /no servers here/],
    ['{"mcpServers": {\n "a": 5}}', 2, 7, /must be an object/],
    ['{"mcpServers": {"a": {"args": []}}}', 1, 22, /"command" or a "url"/],
    ['{"mcpServers": {"a": {"command": ""}}}', 1, 34, /"command" must be/],
    ['{"mcpServers": {"a": {"command": "npx", "args": {}}}}', 1, 49, /"args" must be/],
    [`{"mcpServers": ${'['.repeat(100_000)}`, 1, 79, /nested too deeply/],
  ])('%j', (text, line, column, message) => {
    const { servers, problems } = readServerBlock(text);
    expect(servers).toEqual([]);
    expect(problems[0]).toMatchObject({ line, column, message: expect.stringMatching(message) });
  });

  it('leaves the other servers', () => {
    const { servers, problems } = readServerBlock(
      '{"mcpServers": {"bad": 1, "good": {"command": "npx", "args": ["good-server"]}}}',
    );
    expect(servers.map(({ name }) => name)).toEqual(['good']);
    expect(problems).toHaveLength(1);
  });

  it('of two servers with one name the last counts, and that is said', () => {
    const { servers, problems } = readServerBlock(
      '{"mcpServers": {"a": {"command": "npx", "args": ["one"]}, "a": {"command": "npx", "args": ["two"]}}}',
    );
    expect(servers).toMatchObject([{ name: 'a', packageName: 'two' }]);
    expect(problems).toMatchObject([{ message: expect.stringMatching(/before/) }]);
  });

  it('reads no server of a broken text, where a secret could stand in the place of a name', () => {
    const { servers, problems } = readServerBlock(
      '{"mcpServers": {"a": {"command": "npx", "env": {"KEY": "abc, "top-secret": "x"}}}}',
    );
    expect(servers).toEqual([]);
    expect(JSON.stringify(problems)).not.toContain('top-secret');
  });

  it('says when there are more servers than are read', () => {
    const many = Object.fromEntries(
      Array.from({ length: MOST_SERVERS + 5 }, (_, i) => [`server-${i}`, filesystem]),
    );
    const { servers, problems } = readServerBlock(JSON.stringify({ mcpServers: many }));
    expect(servers).toHaveLength(MOST_SERVERS);
    expect(problems).toHaveLength(1);
  });
});

it('reads any text without throwing, in bounded time', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 500 }), fc.json({ maxDepth: 5 })), (text) => {
      const { problems } = readServerBlock(text);
      expect(problems.every(({ line, column }) => line >= 1 && column >= 1)).toBe(true);
    }),
  );
  const started = performance.now();
  readServerBlock('"'.repeat(256 * 1024));
  readServerBlock('{"mcpServers": {'.repeat(16 * 1024));
  readServerBlock(`{"mcpServers": {${'"a": {"command": "x"},'.repeat(11_000)}}}`);
  expect(performance.now() - started).toBeLessThan(3_000);
});
