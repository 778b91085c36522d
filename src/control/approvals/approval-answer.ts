import * as z from 'zod';
import type { Approval, StoredRecord } from '#store';
import { pageSchema } from '../paging.ts';

export const APPROVAL_STATUS = z.enum(['pending', 'approved', 'denied', 'used', 'expired']);

const time = (what: string): z.ZodISODateTime => z.iso.datetime().describe(what);

const APPROVAL_FIELDS = {
  id: z.string(),
  server: z.string().describe('Id of the server.'),
  tool: z.string().describe("Name of the tool, in the server's words."),
  grant: z.object({ id: z.string(), label: z.string() }).describe('The grant that asks.'),
  policy: z.string(),
  policyVersion: z.string(),
  rule: z.string().describe('JSON Pointer of the rule that holds the call.'),
  reason: z.string().describe("The policy's reason for asking a person."),
  fingerprint: z.string().describe('SHA-256 that is the same for the very same call only.'),
  status: APPROVAL_STATUS,
  asked: z.int().describe('How often the agent asked.'),
  requestedAt: time('When the agent asked first.'),
  expiresAt: time('When the question, or the answer to it, is worth nothing any more.'),
  decidedAt: time('When a person answered.').optional(),
  decidedBy: z.string().optional().describe('`user:…`, `key:…` or `cli:…`.'),
  note: z.string().describe('What the person said with the answer; the agent is told.'),
  usedAt: time('When the call was let through.').optional(),
};

export const APPROVAL = z.object(APPROVAL_FIELDS).meta({ id: 'Approval' });
export const APPROVAL_LIST = pageSchema(
  z
    .object({
      ...APPROVAL_FIELDS,
      risk: z
        .object({
          category: z.string().describe('Read, Write, Execute, Destructive or Financial.'),
          level: z.string().describe('Low, Medium, High or Critical.'),
        })
        .optional()
        .describe(
          'Class of the tool as its server lists it now; absent where the server does not tell at once.',
        ),
    })
    .meta({ id: 'ApprovalItem' }),
  'ApprovalList',
);
export type ApprovalRisk = NonNullable<z.input<typeof APPROVAL_LIST>['items'][number]['risk']>;

/** What is known of a tool, for the person who decides. */
export const APPROVAL_TOOL = z
  .object({
    title: z.string().optional(),
    description: z.string().optional().describe("The server's own words."),
    category: z.string().optional().describe('Read, Write, Execute, Destructive or Financial.'),
    level: z.string().optional().describe('Low, Medium, High or Critical.'),
    rationale: z.string().optional().describe('Why it has this class.'),
    inputSchema: z.unknown().optional(),
  })
  .meta({ id: 'ApprovalTool' });
export type ApprovalTool = z.input<typeof APPROVAL_TOOL>;

const RECENT_CALL = z
  .object({
    id: z.string(),
    at: time('When it was decided.'),
    tool: z.string().optional(),
    outcome: z.enum(['allow', 'deny', 'hold', 'refused']),
    enforced: z.boolean().describe('False under `mode: "observe"`: decided, but nothing was stopped.'),
    rule: z.string(),
    message: z.string(),
    result: z.string().optional().describe('How the call ended.'),
  })
  .meta({ id: 'ApprovalRecentCall' });

export const APPROVAL_DETAIL = z
  .object({
    ...APPROVAL_FIELDS,
    arguments: z
      .unknown()
      .optional()
      .describe('The exact arguments of the call; absent where the agent sent none.'),
    toolDefinition: APPROVAL_TOOL.optional().describe('What is known of the tool now.'),
    recentCalls: z.array(RECENT_CALL).describe('What the grant did before, newest first.'),
  })
  .meta({ id: 'ApprovalDetail' });

/** An approval as the API gives it: never what is sealed. */
export function approvalAnswer(approval: Omit<Approval, 'argumentsSealed'>): z.input<typeof APPROVAL> {
  const { grantId, grantLabel, requestedAt, expiresAt, decidedAt, decidedBy, usedAt } = approval;
  const { id, server, tool, policy, policyVersion, rule, reason, fingerprint, status, asked, note } =
    approval;
  return {
    id,
    server,
    tool,
    grant: { id: grantId, label: grantLabel },
    policy,
    policyVersion,
    rule,
    reason,
    fingerprint,
    status,
    asked,
    requestedAt: isoOf(requestedAt),
    expiresAt: isoOf(expiresAt),
    ...(decidedAt !== undefined && { decidedAt: isoOf(decidedAt) }),
    ...(decidedBy !== undefined && { decidedBy }),
    note,
    ...(usedAt !== undefined && { usedAt: isoOf(usedAt) }),
  };
}

/** A decision of the log, as it is shown beside an approval. */
export function recentCallAnswer(record: StoredRecord): z.input<typeof RECENT_CALL> {
  const { id, at, tool, outcome, enforced, rule, message, ending } = record;
  return {
    id,
    at: isoOf(at),
    ...(tool !== undefined && { tool }),
    outcome,
    enforced,
    rule,
    message,
    ...(ending !== undefined && { result: ending.result }),
  };
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
