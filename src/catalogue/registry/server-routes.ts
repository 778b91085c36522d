import * as z from 'zod';
import { recommendPolicy } from '#risk';
import type { CatalogueIndex } from '#store';
import { serverRecordPath } from './links.ts';
import { badParameter, CURSOR, LIMIT, NO_PARAMETERS, text } from './parameters.ts';
import type { Problem } from './problem.ts';
import { route, type Ask, type Outcome } from './route.ts';
import type { Answer } from './answers.ts';
import { serverRecord, serverSummary } from './server-answers.ts';

const MOST_NEAREST = 5;
const LONGEST_SLUG = 200;

const listQuery = z.strictObject({
  q: text('Words that a server is looked for by: the few best are given, on one page.'),
  name: text('Exact name of a package, or what a server calls itself: at most one is given.'),
  order: z
    .enum(['slug', 'danger', 'tokens'])
    .optional()
    .describe(
      '`slug` (when it is left out), `danger` for most critical tools first, `tokens` for heaviest definitions first.',
    ),
  limit: LIMIT,
  cursor: CURSOR,
});

export const SERVER_ROUTES = [
  route({
    method: 'GET',
    path: '/v0/servers',
    id: 'listServers',
    summary: 'Servers whose tools were read',
    query: listQuery,
    answer: 'ServerPage',
    refusals: [],
    run: listServers,
  }),
  route({
    method: 'GET',
    path: '/v0/servers/{server}',
    id: 'getServer',
    summary: 'All that is known of a server, its tools with the riskiest first',
    query: NO_PARAMETERS,
    answer: 'ServerRecord',
    refusals: [404],
    async run({ index, path: { server = '' } }) {
      const entry = await index.server(server);
      if (entry === undefined) return { problem: await noSuchServer(index, server) };
      return { answer: await serverRecord(entry, index) };
    },
  }),
  route({
    method: 'GET',
    path: '/v0/servers/{server}/policy',
    id: 'getServerPolicy',
    summary: 'The recommended policy for the whole server, to be used as it is',
    query: NO_PARAMETERS,
    answer: 'Policy',
    refusals: [404],
    async run({ index, path: { server = '' } }) {
      const entry = await index.server(server);
      if (entry === undefined) return { problem: await noSuchServer(index, server) };
      const tools = await index.toolsOf(server);
      return { answer: recommendPolicy(tools.map(({ tool }) => tool)) };
    },
  }),
];

async function listServers({
  index,
  query: { q, name, order, limit, cursor },
}: Ask<z.output<typeof listQuery>>): Promise<Outcome<Answer<'ServerPage'>>> {
  if (name === undefined && q === undefined) {
    const { items, next } = await index.listServers({
      order: order ?? 'slug',
      limit,
      ...(cursor && { cursor }),
    });
    return { answer: { servers: items.map(serverSummary), ...(next !== undefined && { next }) } };
  }
  if ([q, name, order, cursor].filter((parameter) => parameter !== undefined).length > 1)
    return badParameter('"q" and "name" stand alone.', 'Leave the other one, "order" and "cursor" out.');
  if (name !== undefined) {
    const entry = await index.serverNamed(name);
    return { answer: { servers: entry === undefined ? [] : [serverSummary(entry)] } };
  }
  const { servers } = await index.search({ text: q ?? '', limit: 1 });
  return { answer: { servers: servers.slice(0, limit).map(serverSummary) } };
}

/** What is said of a server that is not there: whether it was tried, and which are called like it. */
export async function noSuchServer(index: CatalogueIndex, name: string): Promise<Problem> {
  const [attempt, named, nearest] = await Promise.all([
    index.unansweredNamed(name),
    index.serverNamed(name),
    index.nearestServers(name.slice(0, LONGEST_SLUG), MOST_NEAREST),
  ]);
  const shown = named === undefined ? nearest : [named];
  return {
    status: 404,
    code: attempt === undefined ? 'registry.no_such_server' : 'registry.unanswered',
    detail:
      attempt === undefined
        ? 'The catalogue has no server of this slug. What is not in it is unknown, not harmless.'
        : 'This package was tried and gave no tools. What it can do is unknown, not harmless.',
    hint: 'Look for it with /v0/servers?q=, or by the exact name of its package with /v0/servers?name=.',
    nearest: shown.map(({ facts: { slug } }) => ({ name: slug, record: serverRecordPath(slug) })),
  };
}
