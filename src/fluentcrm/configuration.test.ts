import { describe, expect, it } from 'vitest';
import { readCommand } from './configuration.ts';

const ACCESS = {
  FLUENTCRM_API_URL: 'https://crm.example.com',
  FLUENTCRM_API_USERNAME: 'operator',
  FLUENTCRM_API_PASSWORD: 'canary abcd efgh',
};
const BASE = 'https://crm.example.com/wp-json/fluent-crm/v2';

function problems(args: readonly string[], env: Readonly<Record<string, string | undefined>>): string {
  const command = readCommand(args, env);
  return command.kind === 'wrong' ? command.problems.join('\n') : 'no problem';
}

describe('the command line', () => {
  it('serves stdio in English by default', () => {
    expect(readCommand([], ACCESS)).toEqual({
      kind: 'serve',
      configuration: {
        crm: { kind: 'api', baseUrl: BASE, username: 'operator', password: 'canary abcd efgh' },
        language: 'en',
        transport: { kind: 'stdio' },
      },
    });
  });

  it.each([
    { args: ['--http', '8080'], env: ACCESS, part: { transport: { kind: 'http', port: 8080 } } },
    {
      args: ['--http=0', '--sandbox'],
      env: {},
      part: { transport: { kind: 'http', port: 0 }, crm: { kind: 'sandbox' } },
    },
    { args: ['--sandbox'], env: ACCESS, part: { crm: { kind: 'sandbox' } } },
    { args: ['--sandbox-if-unset'], env: {}, part: { crm: { kind: 'sandbox' } } },
    { args: ['--sandbox-if-unset'], env: { FLUENTCRM_API_URL: ' ' }, part: { crm: { kind: 'sandbox' } } },
    { args: ['--sandbox-if-unset'], env: ACCESS, part: { crm: { kind: 'api' } } },
    { args: ['--sandbox'], env: { FLUENTCRM_LANG: 'PL' }, part: { language: 'pl' } },
  ])('understands $args with $env', ({ args, env, part }) => {
    expect(readCommand(args, env)).toMatchObject({ kind: 'serve', configuration: part });
  });

  it('answers --help and --version without configuration', () => {
    expect(readCommand(['--help'], {}).kind).toBe('help');
    expect(readCommand(['--version'], {}).kind).toBe('version');
  });

  it.each([
    { args: ['--nonsense'], env: ACCESS, text: "Unknown option '--nonsense'" },
    { args: ['extra'], env: ACCESS, text: 'extra' },
    { args: ['--http'], env: ACCESS, text: '--http' },
    { args: ['--http', '99999'], env: ACCESS, text: 'port number' },
    { args: ['--http', '80a'], env: ACCESS, text: 'port number' },
    { args: [], env: {}, text: 'Set FLUENTCRM_API_URL, FLUENTCRM_API_USERNAME, FLUENTCRM_API_PASSWORD' },
    {
      args: ['--sandbox-if-unset'],
      env: { FLUENTCRM_API_URL: 'https://crm.example.com' },
      text: 'Set FLUENTCRM_API_USERNAME, FLUENTCRM_API_PASSWORD',
    },
    { args: [], env: { ...ACCESS, FLUENTCRM_LANG: 'de' }, text: 'FLUENTCRM_LANG must be en or pl' },
    {
      args: [],
      env: { ...ACCESS, FLUENTCRM_API_USERNAME: '$FLUENTCRM_API_USERNAME' },
      text: 'check the quotes',
    },
    { args: [], env: { ...ACCESS, FLUENTCRM_API_USERNAME: 'a:b' }, text: 'colon' },
  ])('refuses $args: $text', ({ args, env, text }) => {
    expect(problems(args, env)).toContain(text);
  });
});

describe('the address of the API', () => {
  it.each([
    ['https://crm.example.com', BASE],
    ['https://crm.example.com/', BASE],
    ['https://crm.example.com/wp-json', BASE],
    ['https://crm.example.com/wp-json/fluent-crm/v2', BASE],
    ['https://crm.example.com/wp-json/fluent-crm/v2/', BASE],
    ['https://example.com/blog/', 'https://example.com/blog/wp-json/fluent-crm/v2'],
    ['http://localhost:8080', 'http://localhost:8080/wp-json/fluent-crm/v2'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/wp-json/fluent-crm/v2'],
    ['http://[::1]:8080', 'http://[::1]:8080/wp-json/fluent-crm/v2'],
  ])('%s is understood', (url, baseUrl) => {
    expect(readCommand([], { ...ACCESS, FLUENTCRM_API_URL: url })).toMatchObject({
      configuration: { crm: { baseUrl } },
    });
  });

  it.each([
    ['http://crm.example.com', 'https://'],
    ['http://127.0.0.1.example.com', 'https://'],
    ['ftp://crm.example.com', 'https://'],
    ['crm.example.com', 'no web address'],
    ['https://operator:hidden@crm.example.com', 'user name or password'],
    ['https://crm.example.com/?rest_route=/', '? or #'],
  ])('%s is refused', (url, text) => {
    const message = problems([], { ...ACCESS, FLUENTCRM_API_URL: url });
    expect(message).toContain(text);
    expect(message).not.toMatch(/canary|hidden|operator/);
  });
});
