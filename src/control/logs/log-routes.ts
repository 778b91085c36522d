import * as z from 'zod';
import { PAGE_QUERY, readCursor, writeCursor } from '../paging.ts';
import { notFound, type Problem } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { DECISION, DECISION_LIST, decisionAnswer } from './log-answer.ts';
import { FILTER_QUERY, filterOf, SPAN_QUERY } from './log-filter.ts';
import { Lanes } from './lanes.ts';
import { READ, TAG, type LogParts } from './log-parts.ts';
import { streamRoutes } from './log-streams.ts';
import { usageRoutes } from './usage-routes.ts';

const CURSOR = z.tuple([z.string().max(100)]);
const MOST_READS = 8;

export type { LogParts } from './log-parts.ts';

/** The decision log: pages, single decisions, live, as a file, and counted. */
export function logRoutes(parts: LogParts): readonly Route[] {
  const lanes = new Lanes(MOST_READS, TOO_MANY);
  return [
    listRoute(parts, lanes),
    findRoute(parts, lanes),
    ...usageRoutes(parts, lanes),
    ...streamRoutes(parts),
  ];
}

function listRoute({ records, serverIds }: LogParts, lanes: Lanes): Route {
  return route({
    method: 'GET',
    path: '/logs',
    id: 'listDecisions',
    tag: TAG,
    summary: 'Decisions, newest first.',
    access: READ,
    query: z.strictObject({ ...FILTER_QUERY, ...SPAN_QUERY, ...PAGE_QUERY }),
    answer: DECISION_LIST,
    refusals: [429],
    async run({ query, caller: { organisation } }) {
      const { limit, cursor } = query;
      const [beforeId] = cursor === undefined ? [] : readCursor(cursor, CURSOR);
      const position = beforeId === undefined ? {} : { beforeId };
      return lanes.run(organisation, async () => {
        const filter = filterOf(query, await serverIds(organisation));
        const found = await records.query({ ...filter, ...position, limit: limit + 1 });
        const shown = found.slice(0, limit);
        const last = shown.at(-1);
        const next = found.length > limit && last !== undefined ? { next: writeCursor([last.id]) } : {};
        return { answer: { items: shown.map(decisionAnswer), ...next } };
      });
    },
  });
}

function findRoute({ records, serverIds }: LogParts, lanes: Lanes): Route {
  return route({
    method: 'GET',
    path: '/logs/{record}',
    id: 'findDecision',
    tag: TAG,
    summary: 'One decision.',
    access: READ,
    answer: DECISION,
    refusals: [404, 429],
    async run({ path: { record: id = '' }, caller: { organisation } }) {
      const at = momentOfId(id);
      if (at === undefined) return notFound('decision');
      return lanes.run(organisation, async () => {
        const servers = await serverIds(organisation);
        // a millisecond holds few of them, and knowing it saves looking through the whole log
        for await (const batch of records.scan({ servers, since: at, until: at + 1 })) {
          const found = batch.find((record) => record.id === id);
          if (found !== undefined) return { answer: decisionAnswer(found) };
        }
        return notFound('decision');
      });
    },
  });
}

/** When the id of a record was made, which is when it was decided; undefined for what is no such id. */
function momentOfId(id: string): number | undefined {
  const [, time] = /^dec_([0-9a-z]{9})[0-9A-Za-z]{13}$/.exec(id) ?? [];
  return time === undefined ? undefined : Number.parseInt(time, 36);
}

const TOO_MANY: Problem = {
  status: 429,
  code: 'logs.too_many_reads',
  detail: `Your organisation is reading the log ${MOST_READS} times over at this moment.`,
  hint: 'Wait for an answer before asking again.',
  retryAfter: 2,
};
