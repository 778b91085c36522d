import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { configurationJsonSchema, loadConfiguration } from './config.ts';
import { ToolgateError } from './errors.ts';
import { expandVariables } from './expand-configuration.ts';

const folder = mkdtempSync(join(tmpdir(), 'toolgate-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(text: string, environment: Record<string, string> = {}): ReturnType<typeof loadConfiguration> {
  const file = join(folder, 'toolgate.json');
  writeFileSync(file, text);
  return loadConfiguration(file, environment);
}

function faultsOf(text: string): readonly string[] {
  try {
    load(text);
  } catch (error) {
    if (error instanceof ToolgateError) return [error.code, ...error.details];
    throw error;
  }
  return [];
}

describe('a configuration', () => {
  it('is read with its variables replaced', () => {
    const { configuration, folder: from } = load(
      '{"servers": {"a": {"command": "${BIN:-node}", "args": ["${FILE}"], "env": {"EMPTY": "${NONE:-}", "SET": "x${FILE}"}}}}',
      { FILE: 'f.mjs' },
    );
    expect(from).toBe(folder);
    expect(configuration.servers['a']).toEqual({ command: 'node', args: ['f.mjs'], env: { SET: 'xf.mjs' } });
  });

  it('may take the secrets of a login from the environment', () => {
    const { configuration } = load(
      '{"servers": {"a": {"url": "https://x/", "oauth": {"clientId": "${ID}", "clientSecret": "${SECRET}", "issuer": "https://as.example.com", "scope": "${NONE:-}"}}}}',
      { ID: 'c', SECRET: 's' },
    );
    expect(configuration.servers['a']).toMatchObject({
      oauth: { clientId: 'c', clientSecret: 's', issuer: 'https://as.example.com' },
    });
    expect(JSON.stringify(configuration)).not.toContain('scope');
  });

  it('that cannot be read says which file', () => {
    expect(() => loadConfiguration(join(folder, 'none.json'), {})).toThrow(
      /Cannot read the configuration .*none\.json/,
    );
  });

  it.each([
    ['is no JSON', '{"servers": {,}', [/^line 1, column 14/]],
    ['has a comment', '{"servers": {} // none\n}', [/^line 1, column 16/]],
    ['has no servers', '{}', [/the whole document|servers/]],
    ['has an unknown field', '{\n"servers": {},\n"prot": 1}', [/line 1, column 1: .*prot/]],
    ['has a bad server id', '{"servers": {"My Server": {"command": "x"}}}', [/My Server/]],
    ['has a server that is neither', '{"servers": {"a": {}}}', [/servers\/a/]],
    [
      'has a bad limit',
      '{"servers": {"a": {"url": "http://x/", "limits": {"callMs": -1}}}}',
      [/\/servers\/a\/limits\/callMs/],
    ],
    [
      'has a secret for any authorization server that the server names',
      '{"servers": {"a": {"url": "http://x/", "oauth": {"clientId": "c", "clientSecret": "s"}}}}',
      [/\/servers\/a\/oauth: .*"issuer"/],
    ],
    [
      'lets a machine log in without a secret',
      '{"servers": {"a": {"url": "http://x/", "oauth": {"mode": "client_credentials", "clientId": "c"}}}}',
      [/\/servers\/a\/oauth: .*"clientSecret" or "privateKey"/],
    ],
    [
      'has two credentials for one server',
      '{"servers": {"a": {"url": "http://x/", "headers": {"AUTHORIZATION": "x"}, "oauth": {}}}}',
      [/\/servers\/a\/oauth: .*exclude/],
    ],
    [
      'has a redirect address elsewhere',
      '{"servers": {"a": {"url": "http://x/", "oauth": {"redirectUri": "http://evil.example/cb"}}}}',
      [/\/servers\/a\/oauth\/redirectUri/],
    ],
    [
      'names a server that is not there',
      '{"servers": {}, "grants": [{"label": "g", "server": "b", "token": {"env": "T"}}]}',
      [/no server "b"/],
    ],
    [
      'names a policy that is not there',
      '{"servers": {"a": {"command": "x", "policies": {"p": "p.json"}}}, "grants": [{"label": "g", "server": "a", "policy": "q", "token": {"env": "T"}}]}',
      [/no policy "q" \(it has: p\)/],
    ],
    [
      'has several faults',
      '{"servers": {"a": {"command": 1}, "B": {"command": "x"}}, "port": 70000}',
      [/command/, /B/, /port/],
    ],
  ])('that %s is refused with all its faults', (_, text, patterns) => {
    const [code, ...details] = faultsOf(text);
    expect(code).toBe('config.invalid');
    for (const pattern of patterns) expect(details.some((detail) => pattern.test(detail))).toBe(true);
  });
});

describe('variables', () => {
  it.each([
    ['${A}', { A: '1' }, '1'],
    ['x${A}y${B:-2}', { A: '1' }, 'x1y2'],
    ['${A:-}', {}, ''],
    ['${A:-d}', { A: '' }, 'd'],
    ['$A {A} $', { A: '1' }, '$A {A} $'],
    ['${A}', { A: '${B}', B: '2' }, '${B}'],
  ])('%s', (text, environment, expected) => {
    expect(expandVariables(text, environment)).toBe(expected);
  });

  it('that are not set and have no default are named', () => {
    expect(() => expandVariables('${NO_SUCH}', {})).toThrow(/NO_SUCH is not set/);
  });
});

it('the published schema is the one of the code', () => {
  const file = new URL('../../schemas/toolgate.schema.json', import.meta.url);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(configurationJsonSchema());
});
