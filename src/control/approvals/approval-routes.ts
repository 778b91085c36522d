import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Approvals, Decided } from '#approvals';
import type { Approval, ApprovalStatus, StoredRecord } from '#store';
import { actorOf, type Caller } from '../caller.ts';
import { PAGE_QUERY, readCursor, writeCursor } from '../paging.ts';
import { notFound } from '../problem.ts';
import { route, type Ask, type Outcome, type Route } from '../route.ts';
import {
  APPROVAL,
  APPROVAL_DETAIL,
  APPROVAL_LIST,
  APPROVAL_STATUS,
  approvalAnswer,
  type ApprovalRisk,
  type ApprovalTool,
  recentCallAnswer,
} from './approval-answer.ts';

const TAG = 'Approvals';
const MAX_NOTE_CHARS = 500;
const PATIENCE_MS = 500;
const READ = { kind: 'member', role: 'viewer', scope: 'approvals:read' } as const;
const DECIDE = { kind: 'member', role: 'viewer', scope: 'approvals:decide', approver: true } as const;
const CURSOR = z.tuple([z.string()]);
const NAME = z.string().min(1).max(200).optional();
const LIST_QUERY = z.strictObject({
  status: z
    .enum([...APPROVAL_STATUS.options, 'decided'])
    .optional()
    .describe('Only those of this status; `decided` for all that are pending no longer.'),
  server: NAME.describe('Only those of this server (id).'),
  grant: NAME.describe('Only those of this grant (id).'),
  ...PAGE_QUERY,
});
const ANSWER_BODY = z
  .strictObject({
    note: z
      .string()
      .max(MAX_NOTE_CHARS)
      .optional()
      .describe('What to tell the agent, and those who look later.'),
  })
  .optional();

export interface ApprovalRouteParts {
  readonly approvals: Approvals;
  /** What is known of a tool now; undefined when its server does not tell. */
  readonly describeTool?: (
    organisation: string,
    server: string,
    tool: string,
  ) => Promise<ApprovalTool | undefined>;
  /** The last decisions about a grant, newest first. */
  readonly recentCalls?: (organisation: string, grantId: string) => Promise<readonly StoredRecord[]>;
  /** How long a list waits for the classes of tools; for tests. */
  readonly patienceMs?: number;
}

/** Calls that wait for a person: to read for every member, to decide for approvers. */
export function approvalRoutes(parts: ApprovalRouteParts): readonly Route[] {
  const { approvals } = parts;
  return [
    route({
      method: 'GET',
      path: '/approvals',
      id: 'listApprovals',
      tag: TAG,
      summary: 'Calls that wait for a person, or waited; newest first.',
      access: READ,
      query: LIST_QUERY,
      answer: APPROVAL_LIST,
      refusals: [400],
      async run({ query, caller }) {
        const { status, server, grant, limit, cursor } = query;
        const found = await approvals.list(caller.organisation, {
          ...(status !== undefined && { status }),
          ...(server !== undefined && { server }),
          ...(grant !== undefined && { grantId: grant }),
          ...(cursor !== undefined && { before: readCursor(cursor, CURSOR)[0] }),
          limit: limit + 1,
        });
        const items = found.slice(0, limit);
        const last = items.at(-1);
        const riskOf = await risksOf(parts, caller.organisation, items);
        return {
          answer: {
            items: items.map((approval) => {
              const risk = riskOf(approval);
              return { ...approvalAnswer(approval), ...(risk !== undefined && { risk }) };
            }),
            ...(found.length > limit && last !== undefined && { next: writeCursor([last.id]) }),
          },
        };
      },
    }),
    route({
      method: 'GET',
      path: '/approvals/{approval}',
      id: 'getApproval',
      tag: TAG,
      summary: 'One held call with its exact arguments, its tool and what its grant did before.',
      access: READ,
      answer: APPROVAL_DETAIL,
      refusals: [404],
      run: ({ path, caller }) => show(parts, caller.organisation, path['approval'] ?? ''),
    }),
    decisionRoute(approvals, 'approve', 'Lets this very call through, once.'),
    decisionRoute(approvals, 'deny', 'Refuses this very call, as long as the answer lives.'),
  ];
}

/** The classes of the tools of these calls. Servers that do not tell in a moment hold up no list: their tools have none. */
async function risksOf(
  { describeTool, patienceMs = PATIENCE_MS }: ApprovalRouteParts,
  organisation: string,
  approvals: readonly Approval[],
): Promise<(approval: Approval) => ApprovalRisk | undefined> {
  const keyOf = ({ server, tool }: Approval): string => JSON.stringify([server, tool]);
  const asked = new Map(approvals.map((approval) => [keyOf(approval), approval]));
  const risks = new Map<string, ApprovalRisk>();
  const asking = [...asked].map(async ([key, { server, tool }]) => {
    // a list is of use without them, and the page of the call says what is wrong
    const known = await describeTool?.(organisation, server, tool).catch(() => undefined);
    const { category, level } = known ?? {};
    if (category !== undefined && level !== undefined) risks.set(key, { category, level });
  });
  const isOver = new AbortController();
  const patience = sleep(patienceMs, undefined, { signal: isOver.signal, ref: false }).catch(() => {});
  await Promise.race([Promise.all(asking), patience]);
  isOver.abort();
  return (approval) => risks.get(keyOf(approval));
}

async function show(
  parts: ApprovalRouteParts,
  organisation: string,
  id: string,
): Promise<Outcome<z.input<typeof APPROVAL_DETAIL>>> {
  const approval = await parts.approvals.show(organisation, id);
  if (approval === undefined) return notFound('approval');
  const { server, tool, grantId } = approval;
  const [definition, recent] = await Promise.all([
    parts.describeTool?.(organisation, server, tool),
    parts.recentCalls?.(organisation, grantId),
  ]);
  return {
    answer: {
      ...approvalAnswer(approval),
      ...(approval.arguments !== undefined && { arguments: approval.arguments }),
      ...(definition !== undefined && { toolDefinition: definition }),
      recentCalls: (recent ?? []).map(recentCallAnswer),
    },
  };
}

function decisionRoute(approvals: Approvals, verdict: 'approve' | 'deny', summary: string): Route {
  return route({
    method: 'POST',
    path: `/approvals/{approval}/${verdict}`,
    id: `${verdict}Call`,
    tag: TAG,
    summary,
    access: DECIDE,
    body: ANSWER_BODY,
    answer: APPROVAL,
    refusals: [404, 409],
    async run(ask) {
      const decided = await decide(approvals, verdict, ask);
      if (decided.ok) return { answer: approvalAnswer(decided.approval) };
      return decided.reason === 'unknown' ? notFound('approval') : settledAlready(decided.status);
    },
  });
}

function decide(
  approvals: Approvals,
  verdict: 'approve' | 'deny',
  ask: Ask<undefined, z.output<typeof ANSWER_BODY>, Caller & { readonly organisation: string }>,
): Promise<Decided> {
  const { path, caller, body } = ask;
  const answer = { verdict, by: actorOf(caller), note: body?.note ?? '' };
  return ask.change(
    (decided: Decided) => (decided.ok ? decisionLine(verdict, decided.approval) : undefined),
    () => approvals.decide(caller.organisation, path['approval'] ?? '', answer),
  );
}

function decisionLine(
  verdict: 'approve' | 'deny',
  approval: Extract<Decided, { ok: true }>['approval'],
): { action: string; target: string; detail: Readonly<Record<string, unknown>> } {
  const { id, server, tool, grantId, policy, policyVersion, fingerprint, note } = approval;
  return {
    action: `approval.${verdict}`,
    target: `approval:${id}`,
    detail: { server, tool, grant: grantId, policy, policyVersion, fingerprint, note },
  };
}

const IN_WORDS: Readonly<Record<Exclude<ApprovalStatus, 'pending'>, string>> = {
  approved: 'It is approved already.',
  denied: 'It is denied already.',
  used: 'It was approved, and the call was made.',
  expired: 'Its time is over.',
};

function settledAlready(status: ApprovalStatus): Outcome<never> {
  return {
    problem: {
      status: 409,
      code: `approval.${status}`,
      detail:
        `This call waits for nobody any more. ${status === 'pending' ? '' : IN_WORDS[status]}`.trimEnd(),
      hint: 'When the agent makes the call again, it may be asked for anew.',
    },
  };
}
