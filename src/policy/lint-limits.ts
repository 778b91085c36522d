import type { PolicyDocument, Rule, SharedRule } from './document.ts';
import { compileLimits, sharesCounter, type CompiledLimit } from './limit.ts';
import type { Remark } from './lint-finding.ts';
import { pointerTo, type Segment } from './pointer.ts';

interface PlacedLimit {
  readonly limit: CompiledLimit;
  readonly owner: string;
  readonly path: readonly Segment[];
  readonly isShortForm: boolean;
}

function limitsOf(rule: SharedRule & Pick<Rule, 'rate_limit'>, path: readonly Segment[]): PlacedLimit[] {
  const written = (rule.limits ?? []).length;
  return compileLimits(rule, pointerTo(path)).map((limit, index) => {
    const isShortForm = index >= written;
    const place = isShortForm ? [...path, 'rate_limit'] : [...path, 'limits', index];
    return { limit, owner: pointerTo(path), path: place, isShortForm };
  });
}

function compare(earlier: PlacedLimit, later: PlacedLimit): Remark[] {
  const { path, limit } = later;
  if (!sharesCounter(earlier.limit, limit)) return [];
  const other = pointerTo(earlier.path);
  if (later.isShortForm && earlier.isShortForm) {
    const message = `shares one counter with ${other}: calls of one tool use up the budget of the other`;
    const suggestion = 'write "limits" with a counter of its own for each tool';
    return [{ level: 'warning', path, message, suggestion }];
  }
  if (earlier.owner === later.owner) {
    const message = `the same counter, window and scope as ${other} in one rule; the smaller maximum counts`;
    return [{ level: 'warning', path, message }];
  }
  if (earlier.limit.max === limit.max) return [];
  const message = `the counter ${JSON.stringify(limit.counter)} has the maximum ${limit.max} here and ${earlier.limit.max} at ${other}, with the same window and scope: it is one counter`;
  return [{ level: 'warning', path, message, suggestion: 'use one maximum, or another counter name' }];
}

/** Limits that share a counter without looking as if they did, and limits that let nothing through. */
export function lintLimits(document: PolicyDocument): Remark[] {
  const limits = [
    ...limitsOf(document.all_tools ?? {}, ['all_tools']),
    ...Object.entries<Rule>(document.tools ?? {}).flatMap(([name, rule]) => limitsOf(rule, ['tools', name])),
    ...Object.entries<Rule | undefined>(document.risk ?? {}).flatMap(([category, rule]) =>
      rule === undefined ? [] : limitsOf(rule, ['risk', category]),
    ),
  ];
  return limits.flatMap((later, index) => {
    const first = limits.slice(0, index).find((earlier) => compare(earlier, later).length > 0);
    const remarks = first === undefined ? [] : compare(first, later);
    if (later.limit.max > 0) return remarks;
    return [
      ...remarks,
      { level: 'warning' as const, path: later.path, message: 'a maximum of 0 lets nothing through' },
    ];
  });
}
