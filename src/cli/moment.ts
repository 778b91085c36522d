import { ToolgateError } from '#platform';

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const DURATION = /^(\d{1,6})([smhdw])$/;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * A moment from a flag, in milliseconds since the epoch: a duration (`90s`, `15m`, `1h`, `30d`, `2w`) before or
 * after `now`, or an ISO 8601 date or time. Throws `usage.moment` for anything else.
 */
export function momentOf(text: string, direction: 'ago' | 'ahead', now: number): number {
  const [, count, unit] = DURATION.exec(text) ?? [];
  if (count !== undefined) {
    const lengthMs = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
    return direction === 'ago' ? now - lengthMs : now + lengthMs;
  }
  const moment = ISO_DATE.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(moment)) return moment;
  throw new ToolgateError('usage.moment', `"${text}" is neither a duration nor a date.`, {
    hint: 'Write 90s, 15m, 1h, 30d or 2w, or an ISO date such as 2030-01-31 or 2030-01-31T18:00:00Z.',
  });
}
