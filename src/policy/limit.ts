import { toMicros } from './amount.ts';
import type { LimitDemand, LimitScope } from './decision.ts';
import type { Limit, Rule, SharedRule } from './document.ts';
import { parsePath, walkPath, type PathStep } from './path.ts';
import { escapeSegment } from './pointer.ts';
import { Verdict } from './verdict.ts';
import { secondsOf, windowInWords } from './window.ts';

const ONE_CALL_MICROS = 1_000_000;

/** A limit, made ready. */
export interface CompiledLimit {
  readonly rule: string;
  readonly counter: string;
  readonly scope: LimitScope;
  readonly windowSeconds: number;
  readonly max: number;
  /** The path whose number it adds; undefined when it counts calls. */
  readonly incrementFrom: string | undefined;
  /** The argument that the path starts at. */
  readonly argument: string | undefined;
  /** What a call would take out of the limit; undefined when its amount cannot be counted. */
  demand(args: unknown): LimitDemand | undefined;
}

/** Reads the number at a path, in millionths; undefined when it is missing or cannot be counted. */
function amountReader(steps: readonly PathStep[]): (args: unknown) => number | undefined {
  return (args) => {
    let micros: number | undefined;
    const verdict = walkPath(args, steps, {
      missing: Verdict.undecidable,
      test(value) {
        micros = typeof value === 'number' ? toMicros(value) : undefined;
        return micros === undefined ? Verdict.undecidable : Verdict.match;
      },
    });
    return verdict === Verdict.match ? micros : undefined;
  };
}

function messageOf(limit: Limit, windowSeconds: number): string {
  if (limit.on_deny !== undefined) return limit.on_deny;
  const window = windowInWords(windowSeconds);
  const counter = `(counter ${JSON.stringify(limit.counter)})`;
  if (limit.increment_from === undefined) {
    return `Limit reached: ${limit.max} ${limit.max === 1 ? 'call' : 'calls'} ${window} ${counter}.`;
  }
  return `Limit reached: ${limit.max} ${window}, counted from ${limit.increment_from} ${counter}.`;
}

function compileLimit(limit: Limit, owner: string): CompiledLimit {
  const windowSeconds = secondsOf(limit.window);
  const maxMicros = toMicros(limit.max);
  const parsed = limit.increment_from === undefined ? undefined : parsePath(limit.increment_from);
  if (maxMicros === undefined || (parsed !== undefined && 'message' in parsed)) {
    throw new Error('A policy that was not validated: a limit with an unreadable amount or path');
  }
  const perCall: LimitDemand = {
    rule: `${owner}/limits/${escapeSegment(limit.counter)}`,
    counter: limit.counter,
    scope: limit.scope ?? 'grant',
    windowSeconds,
    maxMicros,
    amountMicros: ONE_CALL_MICROS,
    message: messageOf(limit, windowSeconds),
    onUnavailable: limit.on_unavailable ?? 'deny',
  };
  const { rule, counter, scope } = perCall;
  const amountOf = parsed === undefined ? undefined : amountReader(parsed.path.steps);
  return {
    rule,
    counter,
    scope,
    windowSeconds,
    max: limit.max,
    incrementFrom: limit.increment_from,
    argument: parsed?.path.argument,
    demand(args) {
      if (amountOf === undefined) return perCall;
      const amountMicros = amountOf(args);
      return amountMicros === undefined ? undefined : { ...perCall, amountMicros };
    },
  };
}

/** The limits of a rule, the short form among them, made ready. `owner` is the rule's pointer. */
export function compileLimits(rule: SharedRule & Pick<Rule, 'rate_limit'>, owner: string): CompiledLimit[] {
  const limits: Limit[] = [...(rule.limits ?? [])];
  if (rule.rate_limit !== undefined) {
    limits.push({ ...rule.rate_limit, counter: 'rate_limit', scope: 'session' });
  }
  return limits.map((limit) => compileLimit(limit, owner));
}

/** Whether two limits draw on one counter. */
export function sharesCounter(
  a: Pick<LimitDemand, 'counter' | 'scope' | 'windowSeconds'>,
  b: Pick<LimitDemand, 'counter' | 'scope' | 'windowSeconds'>,
): boolean {
  return a.counter === b.counter && a.scope === b.scope && a.windowSeconds === b.windowSeconds;
}

/**
 * Adds a demand to those of the same call. A call raises a counter once: where two limits draw on the same counter
 * (one of `all_tools` and one of the tool, say), the larger amount is asked for under the smaller maximum.
 */
export function addDemand(demands: LimitDemand[], demand: LimitDemand): void {
  const index = demands.length === 0 ? -1 : demands.findIndex((other) => sharesCounter(other, demand));
  const other = demands[index];
  if (other === undefined) {
    demands.push(demand);
    return;
  }
  const strict = demand.maxMicros < other.maxMicros ? demand : other;
  demands[index] = {
    ...strict,
    amountMicros: Math.max(demand.amountMicros, other.amountMicros),
    onUnavailable: demand.onUnavailable === 'deny' ? 'deny' : other.onUnavailable,
  };
}
