import { describe, expect, it } from 'vitest';
import { ApiProblem } from '../../api/client.ts';
import { splitCommandLine } from './command-line.ts';
import {
  connectionBody,
  connectionEdit,
  connectionErrors,
  keptConnection,
  missingIn,
  NEW_CONNECTION,
  newRow,
  NO_LOGIN,
  type ConnectionValue,
} from './connection-value.ts';
import { withOtherPlace, withSamePlace } from './other-place.ts';

const COMMAND = { kind: 'stdio', command: 'node', args: ['•••'], env: ['TOKEN', 'REGION'] } as const;
const LOGIN = {
  kind: 'streamable-http',
  url: 'https://mcp.example.com/mcp',
  headers: ['X-Api-Key'],
  oauth: {
    mode: 'client_credentials',
    clientId: 'gate',
    issuer: 'https://login.example.com',
    hasSecret: true,
  },
} as const;

describe('a new connection', () => {
  it('is a command with its arguments, a line each', () => {
    const value: ConnectionValue = {
      ...NEW_CONNECTION,
      kind: 'stdio',
      command: ' npx ',
      args: '-y\n@example/server\n',
      env: [newRow('TOKEN', 'secret'), newRow()],
    };
    expect(connectionBody(value)).toEqual({
      kind: 'stdio',
      command: 'npx',
      args: ['-y', '@example/server'],
      env: { TOKEN: 'secret' },
    });
  });

  it('is an address with headers and a login', () => {
    const value: ConnectionValue = {
      ...NEW_CONNECTION,
      url: ' https://mcp.example.com/mcp ',
      headers: [newRow('X-Api-Key', 'key')],
      login: 'given',
      oauth: { ...NO_LOGIN, scope: 'read' },
    };
    expect(connectionBody(value)).toEqual({
      kind: 'streamable-http',
      url: 'https://mcp.example.com/mcp',
      headers: { 'X-Api-Key': 'key' },
      oauth: { mode: 'authorization_code', scope: 'read' },
    });
  });

  it('says what is missing', () => {
    expect(missingIn(NEW_CONNECTION)).toEqual({ url: 'Give the address.' });
    expect(missingIn({ ...NEW_CONNECTION, url: 'mcp.example.com' })).toHaveProperty('url');
    expect(missingIn({ ...NEW_CONNECTION, kind: 'stdio' })).toHaveProperty('command');
    expect(
      missingIn({
        ...NEW_CONNECTION,
        url: 'https://mcp.example.com',
        login: 'given',
        oauth: { ...NO_LOGIN, mode: 'client_credentials', secretKind: 'secret' },
      }),
    ).toMatchObject({ 'oauth/clientSecret': expect.anything(), 'oauth/issuer': expect.anything() });
  });
});

describe('a connection that the gateway has', () => {
  it('stays as it is until something is given', () => {
    expect(connectionEdit(COMMAND, keptConnection(COMMAND))).toBeUndefined();
    expect(connectionEdit(LOGIN, keptConnection(LOGIN))).toBeUndefined();
  });

  it('changes one value, and takes another away', () => {
    const kept = keptConnection(COMMAND);
    const env = kept.env.map((row) =>
      row.name === 'TOKEN'
        ? ({ ...row, state: 'given', value: 'new' } as const)
        : ({ ...row, state: 'removed' } as const),
    );
    expect(connectionEdit(COMMAND, { ...kept, env })).toEqual({ env: { TOKEN: 'new', REGION: null } });
  });

  it('wants every secret again when it is another server', () => {
    const elsewhere = withOtherPlace(keptConnection(COMMAND), COMMAND);
    expect(missingIn({ ...elsewhere, command: 'npx' })).toEqual({
      'env/TOKEN': expect.stringContaining('again'),
      'env/REGION': expect.stringContaining('again'),
    });
    expect(withOtherPlace(keptConnection(LOGIN), LOGIN).login).toBe('given');
    expect(withSamePlace(elsewhere, COMMAND)).toEqual(keptConnection(COMMAND));
    expect(withSamePlace(withOtherPlace(keptConnection(LOGIN), LOGIN), LOGIN)).toEqual(keptConnection(LOGIN));
  });

  it('loses its login by null', () => {
    expect(connectionEdit(LOGIN, { ...keptConnection(LOGIN), login: 'none' })).toEqual({ oauth: null });
  });
});

describe('faults', () => {
  it('stand at the member that they are about', () => {
    const error = new ApiProblem(422, {
      errors: [
        { pointer: '/connection/url', message: 'is required' },
        { pointer: '/connection/env/A~1B', message: 'must be given anew' },
        { pointer: '/connection', message: 'The address holds a credential.' },
        { pointer: '/name', message: 'is too long' },
      ],
    });
    expect(connectionErrors(error)).toEqual({
      url: 'This is needed.',
      'env/A/B': 'Must be given anew.',
      '': 'The address holds a credential.',
    });
  });
});

describe('a command line', () => {
  it.each([
    ['npx -y @example/server', ['npx', '-y', '@example/server']],
    [`run "a b" 'c d' e\\ f`, ['run', 'a b', 'c d', 'e f']],
    [`--a="x \\"y\\"" ''`, ['--a=x "y"', '']],
    ['   ', []],
  ])('%s', (line, words) => {
    expect(splitCommandLine(line)).toEqual(words);
  });
});
