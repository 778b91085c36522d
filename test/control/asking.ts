import type { Route } from '#control';
import { newId } from '#platform';
import type { Answer, Client, ControlRig } from '../support/control-rig.ts';
import { pathWith, requestTo } from '../support/control-requests.ts';
import type { Furnished, Ids } from '../support/furnished-organisation.ts';

/** Answers of the moment: a stream that does not end. */
const ENDLESS: ReadonlySet<string> = new Set(['followDecisions']);
/** What everybody may ask has nothing of anybody. */
export const isOfMembers = ({ access }: Route): boolean => access.kind === 'member';

/** Sends what the route is for, with these ids in its path. */
export async function askFor(
  client: Client,
  route: Route,
  of: Furnished,
  ids: Ids,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { query = '', body } = requestTo(route, of);
  const leave = new AbortController();
  const options = { body, headers, signal: leave.signal };
  const response = await client.send(route.method, `${pathWith(route, ids)}${query}`, options);
  const isEndless = ENDLESS.has(route.id) && response.status === 200;
  const text = isEndless ? await readUntil(response, 'retry') : await response.text();
  leave.abort();
  return { status: response.status, headers: response.headers, text };
}

/** What a member, or any person, can read. */
export function readings(routes: readonly Route[]): readonly Route[] {
  return routes.filter((route) => route.method === 'GET' && route.access.kind !== 'public');
}

/** All that an admin can read, an answer to a line. */
export async function everythingOf(rig: ControlRig, of: Furnished): Promise<readonly string[]> {
  return Promise.all(
    readings(rig.routes).map(async (route) => {
      const { status, text } = await askFor(of.admin, route, of, of.ids);
      return `${route.id} ${status} ${text}`;
    }),
  );
}

/** Routes that change nothing of what the other tests look at. */
export function isHarmless({ method, path }: Route): boolean {
  return method === 'POST' && /\/(?:check|preview|lint|try|simulate|open)$/.test(path);
}

/** Every parameter of a list that takes the name of something, with the name of something of the organisation. */
export function foreignFilters(
  routes: readonly Route[],
  { ids, founder }: Furnished,
): readonly { readonly route: Route; readonly name: string; readonly value: string }[] {
  const named = new Map([
    ['server', ids.server],
    ['grant', ids.grant],
    ['actor', `user:${founder}`],
    ['target', `grant:${ids.grant}`],
  ]);
  return routes
    .filter((route) => route.method === 'GET' && isOfMembers(route) && !ENDLESS.has(route.id))
    .flatMap((route) =>
      [...named].flatMap(([name, value]) =>
        name in (route.query?.shape ?? {}) ? [{ route, name, value }] : [],
      ),
    );
}

/** How many things an answer gives: items of a list, or lines of a file. */
export function itemsIn(text: string): number {
  if (text.trim() === '') return 0;
  if (!text.startsWith('{')) throw new Error(`neither a list nor lines: ${text}`);
  const [first = '', ...more] = text.trim().split('\n');
  const read = JSON.parse(first) as {
    readonly items?: readonly unknown[];
    readonly servers?: readonly unknown[];
    readonly limits?: readonly unknown[];
  };
  return more.length + (read.items ?? read.servers ?? read.limits ?? [read]).length;
}

/** What of an organisation a text shows. */
export function marksIn(text: string, { marks }: Furnished): readonly string[] {
  return marks.filter((mark) => text.includes(mark));
}

/** Ids of the same making that belong to nothing. */
export function unknown(ids: Ids): Ids {
  return {
    ...ids,
    ...Object.fromEntries(
      Object.entries(ids)
        .filter(([name]) => name !== 'version' && name !== 'tool')
        .map(([name, id]: [string, string]) => [name, id.slice(0, -2) + (id.endsWith('00') ? '11' : '00')]),
    ),
  };
}

/** An answer, whole, but for the ids that were asked about and the number of the request. */
export function withoutIds({ status, headers, text }: Answer, ids: Ids): unknown {
  const rest = [...headers].filter(([name]) => name !== 'x-request-id');
  const without = Object.values(ids).reduce<string>((all, id: string) => all.replaceAll(id, '…'), text);
  return { status, headers: rest, text: without };
}

/** What comes of a body until a word has come. */
export async function readUntil(response: Response, word: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.includes(word)) break;
  }
  return text;
}

/** A call to the server of an organisation is refused, and recorded. */
export async function refuseCall(rig: ControlRig, { ids }: Furnished, requestId: string): Promise<void> {
  const [record] = await rig.records.query({ servers: [ids.server], limit: 1 });
  if (record === undefined) throw new Error('nothing is recorded');
  const { ending: _ending, ...about } = record;
  const at = rig.clock.now();
  await rig.records.deny({ ...about, at, id: newId('dec', at), requestId, outcome: 'deny' });
}
