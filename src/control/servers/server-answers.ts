import * as z from 'zod';
import { messageOf } from '#platform';
import type { PinCounts, ServerLook } from '#store';
import { openConnection, type Connection } from './connection.ts';
import { displayOf, type ConnectionDisplay } from './connection-display.ts';
import { findServer, type FoundServer, type ServerParts } from './server-parts.ts';
import { readSettings, settingsSchema } from './server-settings.ts';

const names = z.array(z.string());

export const displaySchema = z
  .object({
    kind: z.enum(['stdio', 'streamable-http', 'sse']),
    command: z.string().optional(),
    args: names.optional().describe('Flags and names of packages; what else is given is hidden.'),
    cwd: z.string().optional(),
    env: names.optional().describe('Names of the environment variables that are given.'),
    url: z.string().optional().describe('Without its query; parts that look like a key are hidden.'),
    headers: names.optional().describe('Names of the headers that are sent.'),
    oauth: z
      .object({
        mode: z.enum(['authorization_code', 'client_credentials']),
        issuer: z.string().optional(),
        clientId: z.string().optional(),
        clientMetadataUrl: z.string().optional(),
        scope: z.string().optional(),
        hasSecret: z.boolean(),
      })
      .optional(),
  })
  .describe('How the server is reached, without anything that could be a secret.')
  .meta({ id: 'ServerDisplay' });

const credentialSchema = z
  .object({
    kind: z
      .enum(['none', 'environment', 'headers', 'oauth', 'client_credentials'])
      .describe('What the gateway proves itself with.'),
    state: z
      .enum(['connected', 'needs_consent', 'none', 'unreadable'])
      .optional()
      .describe(
        'Of `oauth`: `needs_consent` when only a person can renew the access, `unreadable` when its key is not here.',
      ),
    expiresAt: z.string().optional().describe('When the access token ends; it is renewed before.'),
    scope: z.string().optional().describe('Rights that were given.'),
  })
  .meta({ id: 'ServerCredential' });

const Time = z.iso.datetime();
const RISKS = ['read', 'write', 'execute', 'destructive', 'financial', 'unknown'] as const;
const CLASSES = Object.fromEntries(RISKS.map((risk) => [risk, z.int()])) as Record<
  (typeof RISKS)[number],
  z.ZodInt
>;

export const serverSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    managed: z.boolean().describe('False for one that the configuration file declares: it is changed there.'),
    kind: z.enum(['stdio', 'streamable-http', 'sse']),
    path: z.string().describe('Path at which agents reach it on this gateway.'),
    connection: displaySchema,
    settings: settingsSchema,
    onChange: z
      .enum(['alert', 'block'])
      .describe('What happens to calls of a tool whose definition is not the accepted one.'),
    catalogueSlug: z.string().optional().describe('The entry of the catalogue that it was made from.'),
    credential: credentialSchema,
    pinned: z.boolean().describe('Whether definitions of its tools were accepted.'),
    drift: z.int().describe('Tools that are not as they were accepted.'),
    lastAsked: z
      .object({
        at: Time,
        ok: z.boolean().describe('Whether it answered.'),
        reason: z.string().optional().describe('Why it did not.'),
      })
      .optional()
      .describe(
        'When a gateway last asked it for its tools; absent while it never did. It is not asked for this answer.',
      ),
    tools: z
      .object({
        at: Time.describe('When it listed them.'),
        count: z.int(),
        classes: z.object(CLASSES).describe('Numbers of tools by class.'),
      })
      .optional()
      .describe('Its tools as they were last seen; absent while they are not known.'),
    lastUsedAt: Time.optional().describe(
      'When an agent last used it, to the minute; absent where no use is known.',
    ),
    createdAt: z.string().optional(),
    updatedAt: z.string().optional(),
  })
  .meta({ id: 'Server' });
export type ServerAnswer = z.input<typeof serverSchema>;

export const serverListSchema = z
  .object({ items: z.array(serverSchema), next: z.string().optional() })
  .meta({ id: 'ServerList' });

type AnswerParts = Pick<ServerParts, 'control' | 'keys' | 'vault' | 'clock' | 'log' | 'lastUse'>;

/** Servers of an organisation as people see them. None of them is asked anything. */
export async function serverAnswers(
  parts: AnswerParts,
  organisation: string,
  found: readonly FoundServer[],
): Promise<ServerAnswer[]> {
  const ids = found.map(({ server }) => server.id);
  const [looks, uses, counts] = await Promise.all([
    parts.control.looks.ofServers(organisation, ids),
    parts.lastUse(organisation, ids),
    parts.control.pins.counts(ids),
  ]);
  return Promise.all(
    found.map((one) => {
      const { id } = one.server;
      return serverAnswer(parts, one, seenOf(looks.get(id), uses.get(id)), counts.get(id));
    }),
  );
}

type Seen = Pick<ServerAnswer, 'lastAsked' | 'tools' | 'lastUsedAt'>;

function seenOf(look: ServerLook | undefined, usedAt: number | undefined): Seen {
  const time = (at: number): string => new Date(at).toISOString();
  return {
    ...(look && {
      lastAsked: {
        at: time(look.at),
        ok: look.failure === undefined,
        ...(look.failure !== undefined && { reason: look.failure }),
      },
    }),
    ...(look?.tools && { tools: { at: time(look.tools.at), ...countsOf(look.tools.counts) } }),
    ...(usedAt !== undefined && { lastUsedAt: time(usedAt) }),
  };
}

function countsOf(
  counts: Readonly<Record<string, number>>,
): Pick<NonNullable<ServerAnswer['tools']>, 'count' | 'classes'> {
  const [read = 0, write = 0, execute = 0, destructive = 0, financial = 0, unknown = 0] = RISKS.map(
    (risk) => counts[risk] ?? 0,
  );
  const count = Object.values(counts).reduce((sum, some) => sum + some, 0);
  return { count, classes: { read, write, execute, destructive, financial, unknown } };
}

async function serverAnswer(
  parts: AnswerParts,
  found: FoundServer,
  seen: Seen,
  { pins, drift }: PinCounts = { pins: 0, drift: 0 },
): Promise<ServerAnswer> {
  const { id, name } = found.server;
  const shared = { id, name, path: `/mcp/${id}/`, pinned: pins > 0, drift, ...seen };
  if (!found.isManaged) {
    const { connection, settings } = found.server;
    return {
      ...shared,
      managed: false,
      kind: connection.kind,
      connection: mutable(displayOf(connection)),
      settings,
      onChange: 'alert',
      credential: await credentialOf(parts, id, connection),
    };
  }
  const { server } = found;
  return {
    ...shared,
    managed: true,
    kind: server.kind,
    connection: displaySchema.parse(JSON.parse(server.display)),
    settings: readSettings(server.settings),
    onChange: server.onChange,
    ...(server.catalogueSlug !== undefined && { catalogueSlug: server.catalogueSlug }),
    credential: await credentialOf(parts, id, connectionOf(parts, found)),
    createdAt: new Date(server.createdAt).toISOString(),
    updatedAt: new Date(server.updatedAt).toISOString(),
  };
}

/** The answer for a server by its id, after a change of it. */
export async function answerFor(parts: ServerParts, organisation: string, id: string): Promise<ServerAnswer> {
  const found = await findServer(parts, organisation, id);
  if (found === undefined) throw new Error(`the server ${id} was there a moment ago`);
  const [answer] = await serverAnswers(parts, organisation, [found]);
  if (answer === undefined) throw new Error(`the server ${id} has no answer`);
  return answer;
}

/**
 * The connection of a server that was found; undefined when it cannot be decrypted. A list must not fail because the key of one server
 * is gone: people have to see which one it is.
 */
export function connectionOf(
  { keys, log }: Pick<ServerParts, 'keys' | 'log'>,
  found: FoundServer,
): Connection | undefined {
  if (!found.isManaged) return found.server.connection;
  try {
    return openConnection(found.server, keys);
  } catch (error) {
    log.warn({ server: found.server.id, err: messageOf(error) }, 'a connection cannot be decrypted');
    return undefined;
  }
}

async function credentialOf(
  parts: AnswerParts,
  id: string,
  connection: Connection | undefined,
): Promise<ServerAnswer['credential']> {
  if (connection === undefined) return { kind: 'none', state: 'unreadable' };
  if (connection.kind === 'stdio')
    return { kind: Object.keys(connection.env).length > 0 ? 'environment' : 'none' };
  const { oauth, headers } = connection;
  if (oauth === undefined) return { kind: Object.keys(headers).length > 0 ? 'headers' : 'none' };
  if (oauth.mode === 'client_credentials') return { kind: 'client_credentials' };
  const { readConsent } = await import('#upstream/oauth');
  try {
    const { state, expiresAt, scope } = await readConsent(await parts.vault(), id, oauth, parts.clock.now());
    return {
      kind: 'oauth',
      state,
      ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
      ...(scope !== undefined && { scope }),
    };
  } catch (error) {
    parts.log.warn({ server: id, err: messageOf(error) }, 'a credential cannot be decrypted');
    return { kind: 'oauth', state: 'unreadable' };
  }
}

/** The same display, as the schema of the answer wants it. */
export function mutable(display: ConnectionDisplay): z.input<typeof displaySchema> {
  const { args, env, headers, ...rest } = display;
  return {
    ...rest,
    ...(args && { args: [...args] }),
    ...(env && { env: [...env] }),
    ...(headers && { headers: [...headers] }),
  };
}
