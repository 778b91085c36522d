import * as z from 'zod';
import {
  argsSchema,
  commandSchema,
  cwdSchema,
  environmentEditSchema,
  headersEditSchema,
  headersSchema,
  oauthSchema,
  urlFaults,
  urlSchema,
  type Connection,
  type UrlConnection,
} from './connection.ts';

/** What of a connection is to be different. Secrets are written and never read: what is not named here stays. */
export const connectionEditSchema = z
  .strictObject({
    command: commandSchema.optional(),
    args: argsSchema.optional().describe('All arguments anew.'),
    cwd: cwdSchema
      .nullable()
      .optional()
      .describe('Folder that the program is started in; null takes it away.'),
    env: environmentEditSchema.optional().describe('Values to set by name; null takes one away.'),
    kind: z.enum(['streamable-http', 'sse']).optional().describe('What a server at an address speaks.'),
    url: urlSchema.optional(),
    headers: headersEditSchema.optional().describe('Values to set by name; null takes one away.'),
    oauth: oauthSchema.nullable().optional().describe('The whole login anew; null takes it away.'),
  })
  .describe('What of the connection changes; secrets that are not named stay as they are.');
export type ConnectionEdit = z.output<typeof connectionEditSchema>;

/** A connection after an edit, or what is wrong with the edit. */
export type EditedConnection =
  | {
      readonly connection: Connection;
      /** The server is another one now: what was given for the one before must not be shown to it. */
      readonly isElsewhere: boolean;
    }
  | { readonly faults: readonly { readonly pointer: string; readonly message: string }[] };

/**
 * Makes an edit. Whoever may change where a server lies must not thereby get secrets that somebody else entered: when the program or
 * the address becomes another one, every value that was kept for it must be given anew.
 */
export function editConnection(before: Connection, edit: ConnectionEdit): EditedConnection {
  return before.kind === 'stdio' ? editCommand(before, edit) : editUrl(before, edit);
}

function editCommand(before: Extract<Connection, { kind: 'stdio' }>, edit: ConnectionEdit): EditedConnection {
  const foreign = foreignMembers(edit, ['kind', 'url', 'headers', 'oauth'], 'a server that is a command');
  if (foreign.length > 0) return { faults: foreign };
  const { command = before.command, args = before.args } = edit;
  const cwd = edit.cwd === undefined ? before.cwd : (edit.cwd ?? undefined);
  const isElsewhere =
    command !== before.command || cwd !== before.cwd || JSON.stringify(args) !== JSON.stringify(before.args);
  const kept = isElsewhere ? notGivenAnew('/connection/env', before.env, edit.env, sameName) : [];
  if (kept.length > 0) return { faults: kept };
  const env = mergedValues(before.env, edit.env, sameName);
  const connection = { kind: 'stdio', command, args, env, ...(cwd !== undefined && { cwd }) } as const;
  return { connection, isElsewhere };
}

function editUrl(before: UrlConnection, edit: ConnectionEdit): EditedConnection {
  const foreign = foreignMembers(edit, ['command', 'args', 'cwd', 'env'], 'a server at an address');
  if (foreign.length > 0) return { faults: foreign };
  const { url = before.url, kind = before.kind } = edit;
  const isElsewhere = new URL(url).href !== new URL(before.url).href;
  const kept = isElsewhere
    ? [
        ...notGivenAnew('/connection/headers', before.headers, edit.headers, lowerCase),
        ...loginNotGivenAnew(before, edit),
      ]
    : [];
  if (kept.length > 0) return { faults: kept };
  const headers = mergedValues(before.headers, edit.headers, lowerCase);
  const oauth = edit.oauth === undefined ? before.oauth : (edit.oauth ?? undefined);
  const connection = { kind, url, headers, ...(oauth && { oauth }) };
  const checked = headersSchema.safeParse(headers);
  const faults = [...(checked.success ? [] : ['There are too many headers.']), ...urlFaults(connection)];
  if (faults.length > 0) return { faults: faults.map((message) => ({ pointer: '/connection', message })) };
  return { connection, isElsewhere };
}

function foreignMembers(
  edit: ConnectionEdit,
  names: readonly (keyof ConnectionEdit)[],
  what: string,
): readonly { readonly pointer: string; readonly message: string }[] {
  return names
    .filter((name) => edit[name] !== undefined)
    .map((name) => ({ pointer: `/connection/${name}`, message: `does not go with ${what}` }));
}

const ANEW = 'must be given anew, or taken away with null: the server is another one now';

/** A token that a secret gets would go to the new address. */
function loginNotGivenAnew(
  { oauth }: UrlConnection,
  edit: ConnectionEdit,
): readonly { pointer: string; message: string }[] {
  const hasSecret = oauth?.clientSecret !== undefined || oauth?.privateKey !== undefined;
  return hasSecret && edit.oauth === undefined ? [{ pointer: '/connection/oauth', message: ANEW }] : [];
}

type Values = Readonly<Record<string, string>>;
type ValueEdit = Readonly<Record<string, string | null>> | undefined;
const sameName = (name: string): string => name;
const lowerCase = (name: string): string => name.toLowerCase();

function notGivenAnew(
  pointer: string,
  before: Values,
  edit: ValueEdit,
  keyOf: (name: string) => string,
): readonly { readonly pointer: string; readonly message: string }[] {
  const given = new Set(Object.keys(edit ?? {}).map(keyOf));
  return Object.keys(before)
    .filter((name) => !given.has(keyOf(name)))
    .map((name) => ({
      pointer: `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      message: ANEW,
    }));
}

function mergedValues(before: Values, edit: ValueEdit, keyOf: (name: string) => string): Values {
  const edited = new Set(Object.keys(edit ?? {}).map(keyOf));
  return Object.fromEntries([
    ...Object.entries(before).filter(([name]) => !edited.has(keyOf(name))),
    ...Object.entries(edit ?? {}).filter((entry): entry is [string, string] => entry[1] !== null),
  ]);
}
