import * as z from 'zod';
import type { RecordFilter } from '#store';
import { OUTCOME } from './log-answer.ts';

const LONGEST_NAME = 300;
const LONGEST_RULE = 1100;

const moment = (what: string) => z.iso.datetime({ offset: true }).optional().describe(what);
const name = (what: string) => z.string().min(1).max(LONGEST_NAME).optional().describe(what);

/** The parameters that narrow any view of the log. */
export const FILTER_QUERY = {
  server: name('Only this server, by id.'),
  grant: name('Only this grant, by id or label.'),
  tool: name('Only this tool, prompt or URI.'),
  outcome: OUTCOME.optional().describe('Only this outcome.'),
  rule: z
    .string()
    .min(1)
    .max(LONGEST_RULE)
    .optional()
    .describe('Only decisions of this rule, e.g. `(default deny)` or `/tools/create_refund/deny_if/0`.'),
};

/** The parameters for a span of time. */
export const SPAN_QUERY = {
  since: moment('From then on; ISO 8601.'),
  until: moment('Before then; ISO 8601.'),
};

type Given = { readonly [K in keyof typeof FILTER_QUERY | keyof typeof SPAN_QUERY]?: string | undefined } & {
  readonly outcome?: z.output<typeof OUTCOME> | undefined;
};

/** The filter that a query asks for, within the servers that the organisation may see. */
export function filterOf(query: Given, servers: readonly string[]): RecordFilter {
  const { server, grant, tool, outcome, rule, since, until } = query;
  return {
    servers: server === undefined ? servers : servers.filter((id) => id === server),
    ...(grant !== undefined && { grant }),
    ...(tool !== undefined && { tool }),
    ...(outcome !== undefined && { outcome }),
    ...(rule !== undefined && { rule }),
    ...(since !== undefined && { since: Date.parse(since) }),
    ...(until !== undefined && { until: Date.parse(until) }),
  };
}
