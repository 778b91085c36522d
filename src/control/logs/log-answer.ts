import * as z from 'zod';
import type { Usage, UsageCounts } from '#records';
import type { StoredRecord } from '#store';
import { pageSchema } from '../paging.ts';

export const OUTCOME = z.enum(['allow', 'deny', 'hold', 'refused']);

const time = (what: string): z.ZodISODateTime => z.iso.datetime().describe(what);

export const DECISION = z
  .object({
    id: z.string(),
    at: time('When it was decided.'),
    outcome: OUTCOME,
    enforced: z.boolean().describe('False under `mode: "observe"`: decided, but nothing was stopped.'),
    server: z.string().describe('Id of the server.'),
    method: z.string().describe('Method of the protocol.'),
    tool: z.string().optional().describe('Tool, prompt or URI that was asked for.'),
    rule: z.string().describe('JSON Pointer of the rule that decided, or its name in parentheses.'),
    message: z.string().describe('What the agent was told.'),
    grant: z.object({ id: z.string(), label: z.string() }),
    policy: z.string().optional(),
    policyVersion: z.string().optional(),
    argumentKeys: z.array(z.string()).describe('Names of the arguments; the log never holds a value.'),
    requestId: z.string(),
    revision: z.string().describe('Revision of the protocol that the agent spoke.'),
    transport: z.enum(['http', 'stdio']),
    ending: z
      .object({
        result: z.string().describe('`ok`, `tool_error`, `timeout`, …'),
        upstreamStatus: z.int().optional().describe('HTTP status of the server.'),
        latencyMs: z.number(),
        quotaReturned: z.boolean().describe('Whether its limits were given back, because it did not run.'),
      })
      .optional()
      .describe('How the call ended; absent while it runs, and for what never left.'),
  })
  .meta({ id: 'Decision' });
export const DECISION_LIST = pageSchema(DECISION, 'DecisionList');

/** A record as the API gives it. */
export function decisionAnswer(record: StoredRecord): z.input<typeof DECISION> {
  const { at, tool, grantId, grantLabel, policy, policyVersion, argumentKeys, ending, ...rest } = record;
  return {
    ...rest,
    at: new Date(at).toISOString(),
    ...(tool !== undefined && { tool }),
    grant: { id: grantId, label: grantLabel },
    ...(policy !== undefined && { policy }),
    ...(policyVersion !== undefined && { policyVersion }),
    argumentKeys: [...argumentKeys],
    ...(ending !== undefined && { ending: endingAnswer(ending) }),
  };
}

function endingAnswer({ upstreamStatus, ...ending }: NonNullable<StoredRecord['ending']>) {
  return { ...ending, ...(upstreamStatus !== undefined && { upstreamStatus }) };
}

const COUNTS = {
  calls: z.int(),
  allowed: z.int(),
  denied: z.int(),
  held: z.int(),
  refused: z.int().describe('Refused for how they were said, or because the server was away.'),
  observed: z.int().describe('Of all, those decided under `mode: "observe"`.'),
  failed: z.int().describe('Of those that left, the ones that did not end well.'),
} satisfies Record<keyof UsageCounts, z.ZodType>;

export const USAGE = z
  .object({
    since: time('Beginning of the span.'),
    until: time('End of the span, not counted.'),
    bucket: z.enum(['hour', 'day']),
    complete: z.boolean().describe('False when there was more than is counted at once.'),
    countedSince: time('What was decided earlier is not counted; `since` when everything is.'),
    total: z.object(COUNTS),
    buckets: z
      .array(z.object({ start: time('Beginning of the hour or day, UTC.'), ...COUNTS }))
      .describe('Only those in which there was something, oldest first.'),
    servers: z.array(z.object({ server: z.string(), ...COUNTS })).describe('The most used first.'),
    tools: z
      .array(z.object({ server: z.string(), tool: z.string(), ...COUNTS }))
      .describe('Calls of tools alone, the most used first; at most 100.'),
  })
  .meta({ id: 'Usage' });

const MOST_TOOLS = 100;

/** What was counted, as the API gives it; times in milliseconds since the epoch. */
export function usageAnswer(
  { isComplete, countedSince, total, buckets, servers, tools }: Usage,
  span: { readonly since: number; readonly until: number; readonly bucket: 'hour' | 'day' },
): z.input<typeof USAGE> {
  return {
    since: new Date(span.since).toISOString(),
    until: new Date(span.until).toISOString(),
    bucket: span.bucket,
    complete: isComplete,
    countedSince: new Date(countedSince).toISOString(),
    total,
    buckets: buckets.map(({ start, ...counts }) => ({ start: new Date(start).toISOString(), ...counts })),
    servers: [...servers],
    tools: tools.slice(0, MOST_TOOLS),
  };
}
