import * as z from 'zod';
import type { LimitUse, LimitUses, RuleDenials, Usage, UsageCounts } from '#records';

const time = (what: string): z.ZodISODateTime => z.iso.datetime().describe(what);
const iso = (at: number): string => new Date(at).toISOString();

/** What was counted, and into what; times in milliseconds since the epoch. */
export interface UsageSpan {
  readonly since: number;
  readonly until: number;
  readonly bucket: 'hour' | 'day';
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

const SPAN = {
  since: time('Beginning of the span.'),
  until: time('End of the span, not counted.'),
  bucket: z.enum(['hour', 'day']),
  complete: z.boolean().describe('False when there was more than is counted at once.'),
  countedSince: time('What was decided earlier is not counted; `since` when everything is.'),
};

export const USAGE = z
  .object({
    ...SPAN,
    total: z.object(COUNTS),
    buckets: z
      .array(z.object({ start: time('Beginning of the hour or day, UTC.'), ...COUNTS }))
      .describe('Only those in which there was something, oldest first.'),
    servers: z.array(z.object({ server: z.string(), ...COUNTS })).describe('The most used first.'),
    rules: z
      .array(
        z.object({
          server: z.string(),
          policy: z.string().optional().describe('Absent where a grant has none.'),
          rule: z.string().describe('JSON Pointer of the rule, or its name in parentheses.'),
          denied: z.int(),
        }),
      )
      .describe('The rules that denied, the most used first; at most 100.'),
    tools: z
      .array(z.object({ server: z.string(), tool: z.string(), ...COUNTS }))
      .describe('Calls of tools alone, the most used first; at most 100.'),
  })
  .meta({ id: 'Usage' });

const MOST_NAMES = 100;

/** What was counted, as the API gives it. */
export function usageAnswer(
  { isComplete, countedSince, total, buckets, servers, tools, rules }: Usage,
  span: UsageSpan,
): z.input<typeof USAGE> {
  return {
    ...spanAnswer(span, isComplete, countedSince),
    total,
    buckets: buckets.map(({ start, ...counts }) => ({ start: iso(start), ...counts })),
    servers: [...servers],
    rules: rules.slice(0, MOST_NAMES).map(denialsAnswer),
    tools: tools.slice(0, MOST_NAMES),
  };
}

function denialsAnswer({ policy, ...denials }: RuleDenials): z.input<typeof USAGE>['rules'][number] {
  return { ...denials, ...(policy !== undefined && { policy }) };
}

function spanAnswer({ since, until, bucket }: UsageSpan, complete: boolean, countedSince: number) {
  return { since: iso(since), until: iso(until), bucket, complete, countedSince: iso(countedSince) };
}

const SHARE = z
  .number()
  .describe('Share of the maximum that was used up: 1 is full. More than that where a policy only observes.');
const USED = z.number().describe('What was used up, in the unit of `max`.');

const LIMIT_USE = z.object({
  server: z.string(),
  policy: z.string().optional(),
  scope: z.enum(['grant', 'session', 'server', 'organisation']),
  counter: z.string(),
  windowSeconds: z.int(),
  max: z.number().describe('As it was last.'),
  counts: z.enum(['calls', 'amounts']).describe('`amounts` where it adds up an argument.'),
  used: USED,
  share: SHARE.describe('The highest share of its maximum that one window of one owner reached: 1 is full.'),
  refused: z.int().describe('Calls that it had no room for.'),
  rules: z
    .array(z.object({ rule: z.string(), refused: z.int() }))
    .describe('The rules by which it refused, the most used first; at most 20.'),
  fullest: z
    .object({
      start: time('When its window began.'),
      grant: z.object({ id: z.string(), label: z.string() }).optional(),
    })
    .optional()
    .describe('When it was the fullest, and for which grant where each has its own.'),
  buckets: z
    .array(
      z.object({
        start: time('Beginning of the hour or day, UTC.'),
        used: USED,
        share: SHARE,
        refused: z.int(),
      }),
    )
    .describe('Only those in which there was something, oldest first; of the ten fullest limits.'),
});

export const LIMIT_USAGE = z
  .object({
    ...SPAN,
    limits: z.array(LIMIT_USE).describe('The fullest first; at most 100.'),
  })
  .meta({ id: 'LimitUsage' });

const MOST_BUCKETED = 10;
const EXACT_TO = 10_000;

/** How full the limits were, as the API gives it. */
export function limitsAnswer(
  { isComplete, countedSince, limits }: LimitUses,
  span: UsageSpan,
): z.input<typeof LIMIT_USAGE> {
  return {
    ...spanAnswer(span, isComplete, countedSince),
    limits: limits
      .slice(0, MOST_NAMES)
      .map((limit, index) => limitAnswer(limit, index < MOST_BUCKETED ? limit.buckets : [])),
  };
}

function limitAnswer(
  { policy, countsCalls, fullest, rules, share, ...limit }: LimitUse,
  buckets: LimitUse['buckets'],
): z.input<typeof LIMIT_USE> {
  return {
    ...limit,
    ...(policy !== undefined && { policy }),
    counts: countsCalls ? 'calls' : 'amounts',
    share: rounded(share),
    rules: [...rules],
    ...(fullest && { fullest: { ...fullest, start: iso(fullest.start) } }),
    buckets: buckets.map(({ start, share, ...bucket }) => ({
      ...bucket,
      start: iso(start),
      share: rounded(share),
    })),
  };
}

/** Down, so that only what is full looks full. */
function rounded(share: number): number {
  return Math.floor(share * EXACT_TO) / EXACT_TO;
}
