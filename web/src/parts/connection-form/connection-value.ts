import { ApiProblem } from '../../api/client.ts';
import type { ConnectionDisplay } from '../../api/servers.ts';
import { faultInWords } from '../sentence.ts';

export type ConnectionKind = 'streamable-http' | 'sse' | 'stdio';

/** A header or a variable. Values are written and never read: of a kept one only the name is known. */
export interface NamedValue {
  /** Tells rows apart. */
  readonly key: string;
  readonly name: string;
  readonly value: string;
  readonly state: 'given' | 'kept' | 'removed';
  /** The gateway has a value under this name, whatever is written over it here. */
  readonly isStored: boolean;
}

export type SecretKind = 'none' | 'secret' | 'key';

/** The fields of a login with OAuth, as they are typed. */
export interface OAuthValue {
  readonly mode: 'authorization_code' | 'client_credentials';
  readonly issuer: string;
  readonly clientId: string;
  readonly secretKind: SecretKind;
  readonly clientSecret: string;
  readonly privateKey: string;
  readonly signingAlgorithm: string;
  readonly clientMetadataUrl: string;
  readonly scope: string;
}

/** What is typed into the form, of all kinds of connection at once: changing the kind loses nothing. */
export interface ConnectionValue {
  readonly kind: ConnectionKind;
  /** Whether program or address stay what the gateway has. */
  readonly place: 'given' | 'kept';
  readonly url: string;
  readonly headers: readonly NamedValue[];
  readonly login: 'none' | 'given' | 'kept';
  readonly oauth: OAuthValue;
  readonly command: string;
  /** One argument a line. */
  readonly args: string;
  readonly cwd: string;
  readonly env: readonly NamedValue[];
}

export const NO_LOGIN: OAuthValue = {
  mode: 'authorization_code',
  issuer: '',
  clientId: '',
  secretKind: 'none',
  clientSecret: '',
  privateKey: '',
  signingAlgorithm: 'ES256',
  clientMetadataUrl: '',
  scope: '',
};

export const NEW_CONNECTION: ConnectionValue = {
  kind: 'streamable-http',
  place: 'given',
  url: '',
  headers: [],
  login: 'none',
  oauth: NO_LOGIN,
  command: '',
  args: '',
  cwd: '',
  env: [],
};

let rows = 0;

/** A row for a value that is to be typed. */
export function newRow(name = '', value = ''): NamedValue {
  rows += 1;
  return { key: `row-${rows}`, name, value, state: 'given', isStored: false };
}

function storedRow(name: string): NamedValue {
  return { key: `stored-${name}`, name, value: '', state: 'kept', isStored: true };
}

/** The form for a connection that the gateway has: everything is kept until it is given anew. */
export function keptConnection(display: ConnectionDisplay): ConnectionValue {
  const { kind, headers = [], env = [], oauth } = display;
  return {
    ...NEW_CONNECTION,
    kind,
    place: 'kept',
    headers: headers.map(storedRow),
    env: env.map(storedRow),
    login: oauth === undefined ? 'none' : 'kept',
    oauth: oauth === undefined ? NO_LOGIN : knownLogin(oauth),
  };
}

/** What may be shown of a login, ready to be changed; its secret is to be typed again. */
function knownLogin(known: NonNullable<ConnectionDisplay['oauth']>): OAuthValue {
  const { mode, issuer = '', clientId = '', clientMetadataUrl = '', scope = '', hasSecret } = known;
  const secretKind = hasSecret ? 'secret' : 'none';
  return { ...NO_LOGIN, mode, issuer, clientId, clientMetadataUrl, scope, secretKind };
}

/** A whole connection, as the API takes it for a new server. */
export function connectionBody(value: ConnectionValue): object {
  if (value.kind === 'stdio') {
    const { command, cwd } = value;
    return {
      kind: 'stdio',
      command: command.trim(),
      args: argumentsIn(value.args),
      env: given(value.env),
      ...(cwd.trim() !== '' && { cwd: cwd.trim() }),
    };
  }
  return {
    kind: value.kind,
    url: value.url.trim(),
    headers: given(value.headers),
    ...(value.login === 'given' && { oauth: loginBody(value.oauth) }),
  };
}

/** What is different from the connection that the gateway has; undefined when nothing is. */
export function connectionEdit(before: ConnectionDisplay, value: ConnectionValue): object | undefined {
  const isElsewhere = value.place === 'given';
  const edit: Record<string, unknown> = {};
  if (value.kind === 'stdio') {
    if (isElsewhere) {
      edit['command'] = value.command.trim();
      edit['args'] = argumentsIn(value.args);
      edit['cwd'] = value.cwd.trim() === '' ? null : value.cwd.trim();
    }
    if (value.env.some(isEdited)) edit['env'] = edited(value.env);
  } else {
    if (isElsewhere) edit['url'] = value.url.trim();
    if (value.kind !== before.kind) edit['kind'] = value.kind;
    if (value.headers.some(isEdited)) edit['headers'] = edited(value.headers);
    if (value.login === 'given') edit['oauth'] = loginBody(value.oauth);
    if (value.login === 'none' && before.oauth !== undefined) edit['oauth'] = null;
  }
  return Object.keys(edit).length === 0 ? undefined : edit;
}

/** Arguments as they are typed, one a line. */
export function argumentsIn(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

function loginBody(oauth: OAuthValue): object {
  const { mode, secretKind, clientSecret, privateKey, signingAlgorithm } = oauth;
  const optional = ['issuer', 'clientId', 'clientMetadataUrl', 'scope'] as const;
  const texts = optional.flatMap((name) => (oauth[name].trim() === '' ? [] : [[name, oauth[name].trim()]]));
  return {
    mode,
    ...(Object.fromEntries(texts) as object),
    ...(secretKind === 'secret' && { clientSecret }),
    ...(secretKind === 'key' && { privateKey, signingAlgorithm }),
  };
}

const isEdited = ({ state }: NamedValue): boolean => state !== 'kept';

function given(values: readonly NamedValue[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    values.filter(({ name }) => name.trim() !== '').map(({ name, value }) => [name.trim(), value]),
  );
}

function edited(values: readonly NamedValue[]): Readonly<Record<string, string | null>> {
  return Object.fromEntries(
    values
      .filter((one) => isEdited(one) && one.name.trim() !== '')
      .map(({ name, value, state }) => [name.trim(), state === 'removed' ? null : value]),
  );
}

/** What is wrong, by the member of the connection that it is about: `url`, `env/TOKEN`, `oauth/issuer`; the empty name for the whole. */
export type ConnectionErrors = Readonly<Record<string, string>>;

/** What can be seen to be missing before anything is sent. */
export function missingIn(value: ConnectionValue): ConnectionErrors {
  const missing: Record<string, string> = {};
  if (value.kind === 'stdio') {
    if (value.place === 'given' && value.command.trim() === '')
      missing['command'] = 'Give the program to start.';
    noteRows(missing, 'env', value);
  } else {
    if (value.place === 'given' && !URL.canParse(value.url.trim()))
      missing['url'] =
        value.url.trim() === '' ? 'Give the address.' : 'Give the whole address, with https://.';
    noteRows(missing, 'headers', value);
    if (value.login === 'given') noteLogin(missing, value.oauth);
  }
  return missing;
}

function noteRows(missing: Record<string, string>, member: 'env' | 'headers', value: ConnectionValue): void {
  for (const { name, value: text, state, isStored } of value[member]) {
    if (isStored && value.place === 'given' && state === 'given' && text === '')
      missing[`${member}/${name}`] = 'Give it again, or remove it.';
    if (state === 'given' && name.trim() === '' && text !== '') missing[`${member}/`] = 'Give it a name.';
    if (state === 'given' && name.trim() !== '' && text === '' && member === 'headers')
      missing[`${member}/${name.trim()}`] ??= 'Give its value.';
  }
}

function noteLogin(missing: Record<string, string>, oauth: OAuthValue): void {
  const { mode, secretKind, clientSecret, privateKey, clientId, issuer } = oauth;
  if (mode === 'client_credentials' && secretKind === 'none')
    missing['oauth/secretKind'] = 'Without a person, the gateway needs a secret or a key.';
  if (secretKind === 'none') return;
  if (secretKind === 'secret' && clientSecret === '') missing['oauth/clientSecret'] = 'Give the secret.';
  if (secretKind === 'key' && privateKey.trim() === '') missing['oauth/privateKey'] = 'Give the key.';
  if (clientId.trim() === '') missing['oauth/clientId'] = 'A secret needs the id of its client.';
  if (issuer.trim() === '') missing['oauth/issuer'] = 'A secret needs the issuer that it is for.';
}

const BELOW_CONNECTION = /^\/connection\/?/;

/** What the API found wrong with the connection of a request, by its members. */
export function connectionErrors(error: unknown): ConnectionErrors {
  if (!(error instanceof ApiProblem)) return {};
  const found: Record<string, string> = {};
  for (const { pointer = '', message } of error.errors) {
    if (!BELOW_CONNECTION.test(pointer)) continue;
    const member = pointer.replace(BELOW_CONNECTION, '').replaceAll('~1', '/').replaceAll('~0', '~');
    found[member] ??= faultInWords(message);
  }
  return found;
}
