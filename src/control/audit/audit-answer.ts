import * as z from 'zod';
import { formatAuditHead, type AuditCheck } from '#records';
import type { AuditEvent } from '#store';
import { pageSchema } from '../paging.ts';

export const EVENT = z
  .object({
    seq: z.int().describe('1, 2, 3, … without a gap.'),
    at: z.iso.datetime().describe('When it was done.'),
    actor: z.string().describe('`user:…`, `key:…`, `cli:…` or `system`.'),
    actorLabel: z.string().describe('Name of the person or label of the key, at that time.'),
    action: z.string().describe('What was done, e.g. `policy.publish`.'),
    target: z.string().describe('On what, e.g. `policy:fluentcrm/main`.'),
    detail: z.string().describe('Further facts, as JSON text: this very text was hashed.'),
    previousHash: z.string(),
    hash: z.string().describe('SHA-256, in hex; docs/records.md says over what.'),
  })
  .meta({ id: 'AuditEvent' });
export const EVENT_LIST = pageSchema(EVENT, 'AuditEventList');

/** An event as the API gives it. */
export function eventAnswer({ at, ...event }: AuditEvent): z.input<typeof EVENT> {
  return { ...event, at: new Date(at).toISOString() };
}

export const CHECK = z
  .object({
    ok: z.boolean(),
    head: z
      .string()
      .optional()
      .describe(
        'Number and hash of the last event. Note it elsewhere: later it proves that nothing was cut off.',
      ),
    fault: z
      .object({
        kind: z.enum(['gap', 'edited', 'unlinked', 'cut', 'rewritten']),
        seq: z.int().describe('The event at which it shows.'),
        message: z.string(),
      })
      .optional()
      .describe('The first fault.'),
  })
  .meta({ id: 'AuditCheck' });

/** What was found of a log, as the API gives it. */
export function checkAnswer(check: AuditCheck): z.input<typeof CHECK> {
  return check.ok ? { ok: true, head: formatAuditHead(check.head) } : { ok: false, fault: check.fault };
}
