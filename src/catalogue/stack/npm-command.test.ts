import { describe, expect, it, test } from 'vitest';
import fc from 'fast-check';
import { startedBy } from './npm-command.ts';

function started(line: string): unknown {
  const [command = '', ...args] = line.split(' ');
  return startedBy(command, args);
}

describe('the package that a command line starts', () => {
  test.each([
    ['npx -y @modelcontextprotocol/server-filesystem /data', '@modelcontextprotocol/server-filesystem'],
    ['npx.cmd --yes pkg-name', 'pkg-name'],
    ['/usr/local/bin/npx -y pkg-name --api-key abc', 'pkg-name'],
    ['npx --package=@scope/server server-command', '@scope/server'],
    ['npx -y -p @scope/server server-command', '@scope/server'],
    ['npx -p @scope/server -c server-command', '@scope/server'],
    ['bunx pkg-name', 'pkg-name'],
    ['bun x pkg-name', 'pkg-name'],
    ['pnpm dlx pkg-name', 'pkg-name'],
    ['pnpm --silent dlx pkg-name', 'pkg-name'],
    ['yarn dlx pkg-name', 'pkg-name'],
    ['npm exec -- pkg-name --stdio', 'pkg-name'],
    ['npm x pkg-name', 'pkg-name'],
    ['deno run -A npm:pkg-name', 'pkg-name'],
    ['node /srv/node_modules/@scope/server/dist/index.js', '@scope/server'],
    ['node --enable-source-maps /srv/node_modules/a/node_modules/inner/index.js', 'inner'],
    ['node C:\\app\\node_modules\\pkg-name\\index.js', 'pkg-name'],
    ['/srv/node_modules/pkg-name/bin.js --stdio', 'pkg-name'],
    ['cmd /c npx -y pkg-name', 'pkg-name'],
    ['env TOKEN=abc npx -y pkg-name', 'pkg-name'],
    ['npx -y toolgate wrap --policy policy.json -- npx -y pkg-name', 'pkg-name'],
    ['toolgate wrap --policy policy.json -- pnpm dlx pkg-name', 'pkg-name'],
  ])('%s', (line, packageName) => {
    expect(started(line)).toEqual({ kind: 'npm', packageName });
  });

  test.each([
    ['npx -y pkg-name@1.2.3', 'pkg-name', '1.2.3'],
    ['npx -y @scope/server@latest', '@scope/server', 'latest'],
    ['bunx @scope/server@^2', '@scope/server', '^2'],
  ])('%s names a version', (line, packageName, packageVersion) => {
    expect(started(line)).toEqual({ kind: 'npm', packageName, packageVersion });
  });

  it('stands in a line of a shell', () => {
    expect(startedBy('sh', ['-c', 'TOKEN=abc exec npx -y "pkg-name" --stdio'])).toEqual({
      kind: 'npm',
      packageName: 'pkg-name',
    });
    expect(startedBy('npx -y pkg-name', [])).toEqual({ kind: 'npm', packageName: 'pkg-name' });
  });

  it('is not the value of an option before it', () => {
    expect(started('npx -y --token abcdef pkg-name')).toEqual({ kind: 'npm', packageName: 'pkg-name' });
    expect(started('npx --registry https://packages.example pkg-name')).toEqual({
      kind: 'npm',
      packageName: 'pkg-name',
    });
  });
});

describe('what is not a package of npm', () => {
  test.each([
    ['uvx mcp-server-fetch', 'python'],
    ['python3.12 -m server', 'python'],
    ['uv --directory /srv run server.py', 'python'],
    ['docker run -i --rm image', 'container'],
    ['node ./dist/index.js', 'program'],
    ['node /srv/node_modules/.bin/server', 'program'],
    ['npm run start', 'program'],
    ['deno run ./server.ts', 'program'],
    ['npx -y ./local-folder', 'program'],
    ['npx -y https://example.com/server.tgz', 'program'],
    ['npx', 'program'],
    ['fluentcrm-mcp --sandbox', 'program'],
  ])('%s', (line, kind) => {
    expect(started(line)).toEqual({ kind });
  });

  it('is an address behind a bridge', () => {
    expect(started('npx -y mcp-remote@latest https://mcp.example.com/sse --header X')).toEqual({
      kind: 'remote',
      url: 'https://mcp.example.com/sse',
    });
  });
});

it('ends for wrappers around wrappers, and for any words', () => {
  const line = `${'toolgate wrap -- '.repeat(40)}npx -y pkg-name`;
  expect(started(line)).toEqual({ kind: 'program' });
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string()), (command, args) => {
      expect(startedBy(command, args).kind).toMatch(/^(?:npm|remote|python|container|program)$/);
    }),
  );
});
