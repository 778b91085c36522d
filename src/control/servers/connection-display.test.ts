import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection } from './connection.ts';
import { displayOf } from './connection-display.ts';

const shown = (command: string, ...args: string[]): readonly string[] => {
  const display = displayOf({ kind: 'stdio', command, args, env: {} });
  return [display.command ?? '', ...(display.args ?? [])];
};
const url = (address: string): string | undefined =>
  displayOf({ kind: 'streamable-http', url: address, headers: {} }).url;

describe('what people see of a command', () => {
  it.each([
    [
      ['/usr/local/bin/npx', '-y', '@acme/mcp@1.2.0', '--port', '8080'],
      ['npx', '-y', '@acme/mcp@1.2.0', '--port', '•••'],
    ],
    [
      ['npx.cmd', '--yes', 'mcp-crm'],
      ['npx.cmd', '--yes', 'mcp-crm'],
    ],
    [
      ['npm', 'exec', '--', 'mcp-crm', 'value'],
      ['npm', 'exec', '--', 'mcp-crm', '•••'],
    ],
    [
      ['uvx', 'mcp-server-git'],
      ['uvx', 'mcp-server-git'],
    ],
    [
      ['node', '/home/ada/private/server.mjs', 'value'],
      ['node', '…/server.mjs', '•••'],
    ],
    [
      ['node', '/opt/toolgate/bin/fluentcrm-mcp'],
      ['node', '…/fluentcrm-mcp'],
    ],
    [
      ['docker', 'run', '-i', '-e', 'TOKEN=value', 'image'],
      ['docker', '•••', '-i', '-e', '•••', '•••'],
    ],
  ])('%j is %j', (words, seen) => {
    const [command = '', ...args] = words;
    expect(shown(command, ...args)).toEqual(seen);
  });

  it.each([
    ['the value of a flag before the package', ['npx', '--token', 'secret1', 'pkg']],
    ['a value that is stuck to a short flag', ['mysql', '-psecret1']],
    ['a value behind an equals sign', ['npx', 'pkg', '--key=secret1']],
    ['a bare value', ['serve', 'secret1']],
    ['a line of a shell', ['bash', '-c', 'curl -H "Authorization: secret1"']],
    ['a whole line in the place of the command', ['npx -y pkg --token=secret1']],
    ['a variable before a command', ['env', 'TOKEN=secret1', 'npx', 'pkg']],
    ['a flag in capital letters and signs', ['x', '--SECRET1_secret1']],
    ['an address with a credential', ['npx', 'mcp-remote', 'https://a.example/?key=secret1']],
  ])('%s is hidden', (_, [command = '', ...args]) => {
    expect(shown(command, ...args).join(' ')).not.toContain('secret1');
  });

  it('is never the value of a variable, nor more than its flags and one package', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('-y', '--flag', '--flag=v', 'pkg', '@a/b', 'exec', '--'),
    );
    fc.assert(
      fc.property(fc.constantFrom('npx', 'npm', 'node', 'x'), fc.array(word), (command, args) => {
        const seen = shown(command, ...args).slice(1);
        expect(seen).toHaveLength(args.length);
        const plain = seen.filter(
          (one) => one !== '•••' && !one.startsWith('-') && !/^(?:exec|x)$/.test(one),
        );
        expect(plain.length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('what people see of an address', () => {
  it.each([
    ['https://mcp.example.com/v1/mcp?key=secret1#secret1', 'https://mcp.example.com/v1/mcp'],
    ['https://mcp.example.com/s/NDk5ZjY2secret1abcdef0123/mcp', 'https://mcp.example.com/s/•••/mcp'],
    [`https://mcp.example.com/${'a'.repeat(80)}`, 'https://mcp.example.com/•••'],
    ['https://mcp.example.com:8443/', 'https://mcp.example.com:8443/'],
  ])('of %s is %s', (address, seen) => {
    expect(url(address)).toBe(seen);
  });

  it('is of headers and login what is no secret', () => {
    const connection: Connection = {
      kind: 'streamable-http',
      url: 'https://mcp.example.com/',
      headers: { 'X-B': 'secret1', 'X-A': 'secret1' },
      oauth: { issuer: 'https://i.example', clientId: 'id', clientSecret: 'secret1', privateKey: 'secret1' },
    };
    expect(displayOf(connection)).toEqual({
      kind: 'streamable-http',
      url: 'https://mcp.example.com/',
      headers: ['X-A', 'X-B'],
      oauth: { mode: 'authorization_code', issuer: 'https://i.example', clientId: 'id', hasSecret: true },
    });
  });
});
