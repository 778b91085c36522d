import * as z from 'zod';
import type { KeyRing, OAuthConfiguration } from '#platform';
import type { ManagedServer } from '#store';

/** How a server is reached, whole. It holds secrets, so that it is stored sealed and never answered. */
export type Connection =
  | {
      readonly kind: 'stdio';
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd?: string | undefined;
    }
  | UrlConnection;

export interface UrlConnection {
  readonly kind: 'streamable-http' | 'sse';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly oauth?: OAuthConfiguration | undefined;
}

const MOST_VALUES = 100;
const LONGEST_VALUE = 8_000;

/** A text that can be handed to a program. */
const word = (longest: number): z.ZodString =>
  z
    .string()
    .max(longest)
    // oxlint-disable-next-line no-control-regex -- a program's arguments end at it
    .regex(/^[^\0]*$/, 'may hold no NUL character');

export const variableName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name of an environment variable');
const variableValue = word(LONGEST_VALUE);

/** Headers that say how a request travels or what protocol it speaks: those are the gateway's own. */
const OWN_HEADERS =
  /^(?:host|connection|keep-alive|transfer-encoding|te|trailer|upgrade|content-length|content-type|content-encoding|accept|accept-encoding|expect|last-event-id|proxy-.*|mcp-.*)$/i;

export const headerName = z
  .string()
  .max(200)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is no name of a header')
  .refine((name) => !OWN_HEADERS.test(name), { error: 'is a header that the gateway sets itself' });
const headerValue = z
  .string()
  .min(1)
  .max(LONGEST_VALUE)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'holds a line break or a character that no header can have');

const record = <K extends z.ZodString, V extends z.ZodType>(name: K, value: V): z.ZodRecord<K, V> =>
  z.record(name, value).refine((all) => Object.keys(all).length <= MOST_VALUES, {
    error: `has more than ${MOST_VALUES} entries`,
  });

export const environmentSchema = record(variableName, variableValue);
export const headersSchema = record(headerName, headerValue).refine(hasEachNameOnce, {
  error: 'names a header twice',
});
export const environmentEditSchema = record(variableName, variableValue.nullable());
export const headersEditSchema = record(headerName, headerValue.nullable());

export const commandSchema = word(1_000)
  .min(1)
  .describe('Program to start, found in the PATH or a whole path.');
export const argsSchema = z.array(word(4_000)).max(MOST_VALUES).describe('Arguments of the program.');
export const cwdSchema = word(1_000).min(1).describe('Folder that the program is started in.');
export const urlSchema = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .describe('Address of the MCP endpoint.');

const id = z.string().min(1).max(500);

/** As `oauth` of the configuration file, without an address of its own to come back to. */
export const oauthSchema = z
  .strictObject({
    mode: z
      .enum(['authorization_code', 'client_credentials'])
      .optional()
      .describe('A person consents (default), or the gateway logs in by itself.'),
    issuer: z
      .url()
      .max(2_000)
      .optional()
      .describe('The only authorization server that may be used; needed with a secret.'),
    clientId: id.optional().describe('Id of a client that is registered there already.'),
    clientSecret: id.optional().describe('Its secret; never shown again.'),
    privateKey: z
      .string()
      .min(1)
      .max(10_000)
      .optional()
      .describe('PKCS #8 in PEM, for private_key_jwt; never shown again.'),
    signingAlgorithm: z
      .enum(['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256'])
      .optional()
      .describe('Algorithm of the private key.'),
    clientMetadataUrl: z
      .url({ protocol: /^https$/ })
      .max(2_000)
      .optional()
      .describe(
        'Address of a client metadata document, which then is the client id where the server allows it.',
      ),
    scope: z
      .string()
      .min(1)
      .max(2_000)
      .optional()
      .describe('Rights to ask for (default: what the server asks for).'),
  })
  .superRefine((oauth, context) => {
    for (const message of oauthFaults(oauth)) context.addIssue({ code: 'custom', message });
  });

export const stdioSchema = z.strictObject({
  kind: z.literal('stdio').describe('A command on the machine of the gateway.'),
  command: commandSchema,
  args: argsSchema.default([]),
  env: environmentSchema.default({}).describe('Environment variables that it is given; never shown again.'),
  cwd: cwdSchema.optional(),
});
export const urlConnectionSchema = z
  .strictObject({
    kind: z
      .enum(['streamable-http', 'sse'])
      .describe('What the server speaks; `sse` is HTTP with SSE of 2024-11-05.'),
    url: urlSchema,
    headers: headersSchema.default({}).describe('Sent to the server with every request; never shown again.'),
    oauth: oauthSchema.optional().describe('The gateway logs in to the server with OAuth 2.1.'),
  })
  .superRefine((connection, context) => {
    for (const message of urlFaults(connection)) context.addIssue({ code: 'custom', message });
  });

export const connectionSchema = z
  .union([stdioSchema, urlConnectionSchema])
  .describe('How the server is reached.');

/** What is wrong with a connection that is reached by an address, besides its single parts. */
export function urlFaults({ kind, url, headers, oauth }: UrlConnection): readonly string[] {
  if (!URL.canParse(url)) return []; // its own check has said so already
  const { username, password } = new URL(url);
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  const faults: [boolean, string][] = [
    [username !== '' || password !== '', 'The address holds a credential: put it into "headers".'],
    [oauth !== undefined && kind === 'sse', '"oauth" needs a server that speaks streamable-http.'],
    [
      oauth !== undefined && names.includes('authorization'),
      'The header "Authorization" and "oauth" exclude one another.',
    ],
  ];
  return faults.filter(([isFault]) => isFault).map(([, fault]) => fault);
}

function oauthFaults(oauth: OAuthConfiguration): readonly string[] {
  const { mode, issuer, clientId, clientSecret, privateKey, signingAlgorithm } = oauth;
  const hasSecret = clientSecret !== undefined || privateKey !== undefined;
  const faults: [boolean, string][] = [
    [hasSecret && clientId === undefined, 'A secret needs its "clientId".'],
    [hasSecret && issuer === undefined, 'A secret needs the "issuer" that it is for.'],
    [
      clientSecret !== undefined && privateKey !== undefined,
      'Give "clientSecret" or "privateKey", not both.',
    ],
    [
      privateKey !== undefined && signingAlgorithm === undefined,
      '"privateKey" needs its "signingAlgorithm".',
    ],
    [
      mode === 'client_credentials' && !hasSecret,
      'client_credentials need a "clientSecret" or "privateKey".',
    ],
  ];
  return faults.filter(([isFault]) => isFault).map(([, fault]) => fault);
}

function hasEachNameOnce(headers: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  return new Set(names).size === names.length;
}

/** A connection as it is stored. What was sealed for one server opens for no other. */
export function sealConnection(server: string, connection: Connection, keys: KeyRing): string {
  return keys.seal(JSON.stringify(connection), purposeOf(server));
}

/** The connection of a stored server. Throws `key.unknown` or `key.refused` when it cannot be decrypted. */
export function openConnection(
  server: Pick<ManagedServer, 'id' | 'connectionSealed'>,
  keys: KeyRing,
): Connection {
  // only what was checked by the schema above is ever sealed
  return JSON.parse(keys.open(server.connectionSealed, purposeOf(server.id))) as Connection;
}

function purposeOf(server: string): string {
  return `server:${server}`;
}
