import * as z from 'zod';
import { PAGE_QUERY, pageOf } from '../paging.ts';
import { notFound, type Problem } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { checkRoutes } from './check-routes.ts';
import {
  connectionSchema,
  environmentSchema,
  headersSchema,
  sealConnection,
  type Connection,
} from './connection.ts';
import { displayOf } from './connection-display.ts';
import { driftRoutes } from './drift-routes.ts';
import { connectionEditSchema, editConnection } from './edit-connection.ts';
import { revocationOf } from './forget-access.ts';
import { importRoutes } from './import-routes.ts';
import { oauthRoutes } from './oauth-routes.ts';
import { nameSchema, newServerRow, refusedConnection, type NewServer } from './save-server.ts';
import { DECLARED, READ, TAG, UNREADABLE, WRITE } from './server-access.ts';
import { answerFor, connectionOf, serverAnswers, serverListSchema, serverSchema } from './server-answers.ts';
import { findServer, type FoundServer, type ServerParts } from './server-parts.ts';
import { settingsSchema, writeSettings } from './server-settings.ts';

const onChangeSchema = z
  .enum(['alert', 'block'])
  .describe('What happens to calls of a tool whose definition is not the accepted one (default alert).');

const byConnection = z.strictObject({
  name: nameSchema,
  connection: connectionSchema,
  settings: settingsSchema.optional(),
  onChange: onChangeSchema.optional(),
});
const fromCatalogue = z.strictObject({
  catalogue: z.string().min(1).max(300).describe('Slug of the entry in the catalogue.'),
  name: nameSchema.optional().describe('Name for people; that of the entry when it is left out.'),
  env: environmentSchema.optional().describe('Values of the variables that the server needs.'),
  headers: headersSchema.optional().describe('Values of the headers that the server needs.'),
  settings: settingsSchema.optional(),
  onChange: onChangeSchema.optional(),
});
type FromCatalogue = z.output<typeof fromCatalogue>;

const editSchema = z.strictObject({
  name: nameSchema.optional(),
  connection: connectionEditSchema.optional(),
  settings: settingsSchema.optional().describe('All settings anew.'),
  onChange: onChangeSchema.optional(),
});

/** Everything about servers: register, change, check, import, definitions, consent. */
export function serverRoutes(parts: ServerParts): readonly Route[] {
  return [
    ...readingRoutes(parts),
    createRoute(parts),
    changeRoute(parts),
    removeRoute(parts),
    ...checkRoutes(parts),
    ...importRoutes(parts),
    ...driftRoutes(parts),
    ...oauthRoutes(parts),
  ];
}

function readingRoutes(parts: ServerParts): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/servers',
      id: 'listServers',
      tag: TAG,
      summary: 'The servers of the organisation, those of the configuration file first.',
      access: READ,
      query: z.object(PAGE_QUERY),
      answer: serverListSchema,
      async run({ caller: { organisation }, query }) {
        const fromFile = parts.declared(organisation);
        const declaredIds = new Set(fromFile.map(({ id }) => id));
        const managed = await parts.control.servers.list(organisation);
        const all: readonly FoundServer[] = [
          ...fromFile.map((server) => ({ isManaged: false, server }) as const),
          ...managed
            .filter(({ id }) => !declaredIds.has(id))
            .map((server) => ({ isManaged: true, server }) as const),
        ];
        const placeOf = (found: FoundServer): [number, string] => [
          found.isManaged ? found.server.createdAt : -1,
          found.server.id,
        ];
        const { items, next } = pageOf(all, query, placeOf);
        const answers = await serverAnswers(parts, organisation, items);
        return { answer: { items: answers, ...(next !== undefined && { next }) } };
      },
    }),
    route({
      method: 'GET',
      path: '/servers/{server}',
      id: 'getServer',
      tag: TAG,
      summary: 'One server, without its secrets.',
      access: READ,
      answer: serverSchema,
      refusals: [404],
      async run({ caller: { organisation }, path }) {
        const found = await findServer(parts, organisation, path['server'] ?? '');
        if (found === undefined) return notFound('server');
        return { answer: await answerFor(parts, organisation, found.server.id) };
      },
    }),
  ];
}

function createRoute(parts: ServerParts): Route {
  return route({
    method: 'POST',
    path: '/servers',
    id: 'createServer',
    tag: TAG,
    summary: 'Registers a server by its connection, or from the catalogue.',
    access: WRITE,
    body: z.union([byConnection, fromCatalogue]),
    answer: serverSchema,
    status: 201,
    refusals: [403, 404, 422],
    async run({ caller: { organisation }, body, at, change }) {
      const filled = 'connection' in body ? { server: withDefaults(body) } : await prefilled(parts, body);
      if ('problem' in filled) return filled;
      const refused = refusedConnection(parts, filled.server.connection);
      if (refused !== undefined) return { problem: refused };
      const row = newServerRow(parts, filled.server, at);
      const detail = { name: row.name, kind: row.kind, catalogue: row.catalogueSlug ?? null };
      await change({ action: 'server.create', target: `server:${row.id}`, detail }, () =>
        parts.control.servers.insert(organisation, row),
      );
      return { answer: await answerFor(parts, organisation, row.id) };
    },
  });
}

function changeRoute(parts: ServerParts): Route {
  return route({
    method: 'PATCH',
    path: '/servers/{server}',
    id: 'changeServer',
    tag: TAG,
    summary: 'Changes a server; secrets that are not named stay as they are.',
    access: WRITE,
    body: editSchema,
    answer: serverSchema,
    refusals: [403, 404, 409, 422],
    async run({ caller: { organisation }, path, body, at, change }) {
      const found = await findServer(parts, organisation, path['server'] ?? '');
      if (found === undefined) return notFound('server');
      if (!found.isManaged) return { problem: DECLARED };
      const { server } = found;
      const before = body.connection && connectionOf(parts, found);
      if (body.connection && before === undefined) return { problem: UNREADABLE };
      const edited = body.connection && before && editConnection(before, body.connection);
      if (edited !== undefined && 'faults' in edited)
        return { problem: { ...BAD_EDIT, errors: edited.faults } };
      const refused = edited && refusedConnection(parts, edited.connection);
      if (refused !== undefined) return { problem: refused };
      const vault = edited?.isElsewhere === true ? await parts.vault() : undefined;
      const edit = {
        ...(body.name !== undefined && { name: body.name }),
        ...(body.settings && { settings: writeSettings(body.settings) }),
        ...(body.onChange && { onChange: body.onChange }),
        ...(edited && sealedParts(parts, server.id, edited.connection)),
      };
      const isChanged = await change(
        (done: boolean) =>
          done
            ? { action: 'server.change', target: `server:${server.id}`, detail: changed(body) }
            : undefined,
        async () => {
          const now = await parts.control.servers.find(organisation, server.id);
          // another admin was quicker: what this edit was made of is no longer there
          if (now === undefined || now.connectionSealed !== server.connectionSealed) return false;
          await parts.control.servers.update(organisation, server.id, edit, at);
          await vault?.remove(server.id);
          return true;
        },
      );
      return isChanged ? { answer: await answerFor(parts, organisation, server.id) } : { problem: CONFLICT };
    },
  });
}

function removeRoute(parts: ServerParts): Route {
  return route({
    method: 'DELETE',
    path: '/servers/{server}',
    id: 'removeServer',
    tag: TAG,
    summary: 'Removes a server; its grants are revoked, and its id is never given again.',
    access: WRITE,
    refusals: [404, 409],
    async run({ caller: { organisation }, path, at, change }) {
      const found = await findServer(parts, organisation, path['server'] ?? '');
      if (found === undefined) return notFound('server');
      if (!found.isManaged) return { problem: DECLARED };
      const { server } = found;
      const vault = await parts.vault();
      const revoke = await revocationOf(parts, server, vault);
      const isRemoved = await change(
        (done: boolean) =>
          done
            ? { action: 'server.remove', target: `server:${server.id}`, detail: { name: server.name } }
            : undefined,
        async () => {
          if (!(await parts.control.servers.remove(organisation, server.id, at))) return false;
          await vault.remove(server.id);
          await parts.control.captures.removeServer(server.id);
          return true;
        },
      );
      if (!isRemoved) return notFound('server');
      await revoke();
      return { answer: undefined };
    },
  });
}

function sealedParts(
  { keys }: ServerParts,
  id: string,
  connection: Connection,
): { kind: Connection['kind']; display: string; connectionSealed: string } {
  return {
    kind: connection.kind,
    display: JSON.stringify(displayOf(connection)),
    connectionSealed: sealConnection(id, connection, keys),
  };
}

/** What an edit touched, by name alone. */
function changed({
  name,
  connection,
  settings,
  onChange,
}: z.output<typeof editSchema>): Readonly<Record<string, unknown>> {
  return {
    ...(name !== undefined && { name }),
    ...(connection && { connection: Object.keys(connection).sort() }),
    ...(settings && { settings }),
    ...(onChange && { onChange }),
  };
}

function withDefaults({
  name,
  connection,
  settings = {},
  onChange = 'alert',
}: z.output<typeof byConnection>): NewServer {
  return { name, connection, settings, onChange };
}

async function prefilled(
  { fromCatalogue: look }: ServerParts,
  body: FromCatalogue,
): Promise<{ readonly server: NewServer } | { readonly problem: Problem }> {
  const template = await look(body.catalogue);
  if (template === undefined) return notFound('entry in the catalogue that can be registered');
  const { connection, needed } = template;
  const [member, given, names] =
    connection.kind === 'stdio'
      ? (['env', body.env ?? {}, needed.env] as const)
      : (['headers', body.headers ?? {}, needed.headers] as const);
  const errors = [
    ...names
      .filter((name) => !Object.hasOwn(given, name))
      .map((name) => ({ pointer: `/${member}/${name}`, message: 'is needed by this server' })),
    ...(['env', 'headers'] as const)
      .filter((other) => other !== member && body[other] !== undefined)
      .map((other) => ({ pointer: `/${other}`, message: 'does not go with this server' })),
  ];
  if (errors.length > 0)
    return {
      problem: { status: 422, code: 'server.needs', detail: 'The server needs more than was given.', errors },
    };
  const { name = template.name, settings = {}, onChange = 'alert', catalogue } = body;
  const whole: Connection =
    connection.kind === 'stdio'
      ? { ...connection, env: { ...connection.env, ...body.env } }
      : { ...connection, headers: { ...connection.headers, ...body.headers } };
  return { server: { name, connection: whole, settings, onChange, catalogueSlug: catalogue } };
}

const BAD_EDIT: Problem = {
  status: 422,
  code: 'server.bad_edit',
  detail: 'The connection cannot be changed like this.',
};
const CONFLICT: Problem = {
  status: 409,
  code: 'server.conflict',
  detail: 'The server was changed or removed by somebody else meanwhile.',
  hint: 'Look at it again, and send the change anew.',
};
