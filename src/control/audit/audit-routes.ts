import * as z from 'zod';
import { readAuditHead, type Audit } from '#records';
import { GuardedStreams, type StreamTimes } from '../logs/guarded-stream.ts';
import { SPAN_QUERY } from '../logs/log-filter.ts';
import type { StillAllowed } from '../logs/log-parts.ts';
import { PAGE_QUERY, readCursor, writeCursor } from '../paging.ts';
import { ORGANISATION_QUERY } from '../people/callers.ts';
import type { Problem } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { CHECK, checkAnswer, EVENT_LIST, eventAnswer } from './audit-answer.ts';

const TAG = 'Audit';
const READ = { kind: 'member', role: 'admin', scope: 'audit:read' } as const;
const CURSOR = z.tuple([z.int().min(1)]);

export interface AuditRouteParts {
  readonly audit: Audit;
  /** Whether a caller still has the session and the rights that it came with. */
  readonly stillAllowed: StillAllowed;
  /** For tests. */
  readonly times?: StreamTimes;
}

/** Who changed what in an organisation, and the proof that nobody changed it since. */
export function auditRoutes(parts: AuditRouteParts): readonly Route[] {
  return [listRoute(parts), verifyRoute(parts), exportRoute(parts)];
}

function listRoute({ audit }: AuditRouteParts): Route {
  return route({
    method: 'GET',
    path: '/audit',
    id: 'listAuditEvents',
    tag: TAG,
    summary: 'What was changed, and by whom, newest first.',
    access: READ,
    query: z.strictObject({
      action: z.string().min(1).max(300).optional().describe('Only this, e.g. `policy.publish`.'),
      actor: z.string().min(1).max(300).optional().describe('Only by this one, e.g. `user:…`.'),
      target: z.string().min(1).max(300).optional().describe('Only on this, e.g. `policy:crm/main`.'),
      ...SPAN_QUERY,
      ...PAGE_QUERY,
    }),
    answer: EVENT_LIST,
    async run({ query: { action, actor, target, since, until, limit, cursor }, caller }) {
      const [before] = cursor === undefined ? [] : readCursor(cursor, CURSOR);
      const found = await audit.list(caller.organisation, {
        ...(before !== undefined && { before }),
        ...(action !== undefined && { action }),
        ...(actor !== undefined && { actor }),
        ...(target !== undefined && { target }),
        ...(since !== undefined && { since: Date.parse(since) }),
        ...(until !== undefined && { until: Date.parse(until) }),
        limit: limit + 1,
      });
      const shown = found.slice(0, limit);
      const last = shown.at(-1);
      const next = found.length > limit && last !== undefined ? { next: writeCursor([last.seq]) } : {};
      return { answer: { items: shown.map(eventAnswer), ...next } };
    },
  });
}

function verifyRoute({ audit }: AuditRouteParts): Route {
  return route({
    method: 'GET',
    path: '/audit/verify',
    id: 'verifyAudit',
    tag: TAG,
    summary: 'Whether the chain of events is whole, from the first to the last.',
    access: READ,
    query: z.strictObject({
      head: z.string().max(100).optional().describe('A head that was noted earlier: `17:` and the hash.'),
    }),
    answer: CHECK,
    refusals: [422],
    async run({ query: { head }, caller }) {
      const noted = head === undefined ? undefined : readAuditHead(head);
      if (head !== undefined && noted === undefined) return { problem: BAD_HEAD };
      return { answer: checkAnswer(await audit.verify(caller.organisation, noted)) };
    },
  });
}

function exportRoute({ audit, stillAllowed, times }: AuditRouteParts): Route {
  const streams = new GuardedStreams(times);
  return route({
    method: 'GET',
    path: '/audit/export',
    id: 'exportAudit',
    tag: TAG,
    summary: 'All events, oldest first, a line of JSON each.',
    access: READ,
    query: z.strictObject(ORGANISATION_QUERY),
    media: 'application/x-ndjson',
    refusals: [429],
    async run({ caller, request }) {
      return streams.start({
        caller,
        request,
        mediaType: 'application/x-ndjson; charset=utf-8',
        headers: { 'content-disposition': 'attachment; filename="audit.ndjson"' },
        source: (signal) => lines(audit, caller.organisation, signal),
        mayGoOn: () => stillAllowed(caller, request),
      });
    },
  });
}

async function* lines(
  audit: Audit,
  organisation: string,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  for await (const page of audit.events(organisation)) {
    // a file that was cut short must not look whole
    if (signal.aborted) throw new Error('the export was ended');
    yield page.map((event) => `${JSON.stringify(eventAnswer(event))}\n`).join('');
  }
}

const BAD_HEAD: Problem = {
  status: 422,
  code: 'audit.head',
  detail: 'This is no head of an audit log.',
  hint: 'Give `head` of an earlier answer as it is: a number, a colon and 64 hex digits.',
};
