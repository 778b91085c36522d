import * as z from 'zod';
import type { LogSimulation } from '#records';

const DECIDED = z.object({
  outcome: z.enum(['allow', 'deny', 'hold']),
  rule: z.string().describe('JSON Pointer of the rule, or its name in parentheses.'),
});
const EXAMPLES = z.array(z.string()).describe('Ids of some of their records in the log.');

export const SIMULATION = z
  .object({
    since: z.iso.datetime().describe('Calls from then on were looked at.'),
    from: z.iso.datetime().optional().describe('When the first of them was made.'),
    complete: z
      .boolean()
      .describe('False when there were more calls than are looked at: then the earlier are missing.'),
    captured: z.boolean().describe('Whether captured arguments were at hand.'),
    calls: z.int(),
    unchanged: z.int(),
    changed: z.int(),
    unknown: z.int().describe('Calls that could not be judged; `gaps` says why.'),
    leftOut: z.int().describe('Records that no policy decided.'),
    judgedByNames: z.int().describe('Calls that were let through on the names of their arguments alone.'),
    before: z.object({ allow: z.int(), deny: z.int(), hold: z.int() }),
    after: z.object({ allow: z.int(), deny: z.int(), hold: z.int(), unknown: z.int() }),
    changes: z
      .array(
        z.object({
          subject: z.string().describe('Tool, prompt or URI.'),
          before: DECIDED,
          after: DECIDED,
          count: z.int(),
          examples: EXAMPLES,
        }),
      )
      .describe('What would change, the most frequent first.'),
    gaps: z
      .array(
        z.object({
          subject: z.string(),
          rule: z.string(),
          reason: z.string(),
          count: z.int(),
          examples: EXAMPLES,
        }),
      )
      .describe('What cannot be known, and why.'),
    notes: z.array(z.string()).describe('What the figures do and do not say, in plain words.'),
  })
  .meta({ id: 'Simulation' });

/** What came of a simulation, as the API gives it. */
export function simulationAnswer(
  { from, isComplete, changes, gaps, notes, ...counts }: LogSimulation,
  since: number,
  captured: boolean,
): z.input<typeof SIMULATION> {
  return {
    ...counts,
    since: new Date(since).toISOString(),
    ...(from !== undefined && { from: new Date(from).toISOString() }),
    complete: isComplete,
    captured,
    changes: changes.map(({ examples, ...change }) => ({ ...change, examples: [...examples] })),
    gaps: gaps.map(({ examples, ...gap }) => ({ ...gap, examples: [...examples] })),
    notes: [...notes],
  };
}
