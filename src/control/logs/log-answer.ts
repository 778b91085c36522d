import * as z from 'zod';
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
