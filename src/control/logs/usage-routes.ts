import * as z from 'zod';
import { readCounterName } from '#quota';
import { countLimitUse, countUsage } from '#records';
import type { RecordFilter } from '#store';
import type { Problem } from '../problem.ts';
import { route, type Route } from '../route.ts';
import type { Lanes } from './lanes.ts';
import { FILTER_QUERY, filterOf, SPAN_QUERY } from './log-filter.ts';
import { READ, TAG, type LogParts } from './log-parts.ts';
import { LIMIT_USAGE, limitsAnswer, USAGE, usageAnswer, type UsageSpan } from './usage-answer.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const LONGEST_SPAN_MS = 31 * DAY_MS;

const QUERY = z.strictObject({
  server: FILTER_QUERY.server,
  ...SPAN_QUERY,
  bucket: z.enum(['hour', 'day']).default('hour').describe('What the counts are divided into.'),
});

/** What the decision log amounts to: calls, and how full limits were. */
export function usageRoutes(parts: LogParts, lanes: Lanes): readonly Route[] {
  return [usageRoute(parts, lanes), limitsRoute(parts, lanes)];
}

function usageRoute({ records, serverIds }: LogParts, lanes: Lanes): Route {
  return route({
    method: 'GET',
    path: '/usage',
    id: 'readUsage',
    tag: TAG,
    summary:
      'Decisions counted by hour or day, by server, by rule and by tool. Up to 31 days; up to 500,000 decisions.',
    access: READ,
    query: QUERY,
    answer: USAGE,
    refusals: [422, 429],
    async run({ query, caller: { organisation }, at }) {
      const span = spanOf(query, at);
      if (span === undefined) return { problem: BAD_SPAN };
      return lanes.run(organisation, async () => {
        const filter = within(span, filterOf({ server: query.server }, await serverIds(organisation)));
        const usage = await countUsage(records, { filter, since: span.since, bucketMs: bucketMsOf(span) });
        return { answer: usageAnswer(usage, span) };
      });
    },
  });
}

function limitsRoute({ records, serverIds }: LogParts, lanes: Lanes): Route {
  return route({
    method: 'GET',
    path: '/usage/limits',
    id: 'readLimitUsage',
    tag: TAG,
    summary:
      'How full the limits were, by hour or day, and what they refused. Up to 31 days; up to 500,000 decisions.',
    access: READ,
    query: QUERY,
    answer: LIMIT_USAGE,
    refusals: [422, 429],
    async run({ query, caller: { organisation }, at }) {
      const span = spanOf(query, at);
      if (span === undefined) return { problem: BAD_SPAN };
      return lanes.run(organisation, async () => {
        // servers of an organisation can share a limit: one of them alone does not tell how full it was
        const filter = within(span, filterOf({}, await serverIds(organisation)));
        const uses = await countLimitUse(records, {
          filter,
          since: span.since,
          bucketMs: bucketMsOf(span),
          readCounter: readCounterName,
          ...(query.server !== undefined && { server: query.server }),
        });
        return { answer: limitsAnswer(uses, span) };
      });
    },
  });
}

/** The span that is asked for, which ends now and is a day long unless told; undefined when it is none, or too long. */
function spanOf(query: z.output<typeof QUERY>, now: number): UsageSpan | undefined {
  const until = query.until === undefined ? now : Date.parse(query.until);
  const since = query.since === undefined ? until - DAY_MS : Date.parse(query.since);
  const isSpan = since < until && until - since <= LONGEST_SPAN_MS;
  return isSpan ? { since, until, bucket: query.bucket } : undefined;
}

function within({ until }: UsageSpan, filter: RecordFilter): RecordFilter {
  return { ...filter, until };
}

function bucketMsOf({ bucket }: UsageSpan): number {
  return bucket === 'hour' ? HOUR_MS : DAY_MS;
}

const BAD_SPAN: Problem = {
  status: 422,
  code: 'logs.span',
  detail: '`since` must lie before `until`, by at most 31 days.',
};
