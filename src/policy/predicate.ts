import type { Condition, Predicate } from './document.ts';
import { jsonEquals } from './json.ts';
import type { Meter } from './meter.ts';
import { parsePath, walkPath, type Leaf, type PathStep } from './path.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import { matchIf, Verdict } from './verdict.ts';

/** One comparison, made ready. */
export interface CompiledCondition {
  readonly source: Condition;
  /** The argument that it looks into. */
  readonly argument: string;
  test(args: unknown): Verdict;
  /** Whether the call lacks what the path leads to. */
  isMissing(args: unknown): boolean;
}

export interface CompiledPredicate {
  readonly source: Predicate;
  readonly conditions: readonly CompiledCondition[];
  /**
   * Undecidable when any condition is, whatever the others say; a match when all match (an empty list does).
   */
  test(args: unknown): Verdict;
}

/** What compiled conditions share: the budget of work, and patterns that several of them use. */
export interface Workshop {
  readonly meter: Meter;
  readonly patterns: Map<string, Pattern>;
}

function patternOf(source: string, { patterns }: Workshop): Pattern {
  const known = patterns.get(source);
  if (known !== undefined) return known;
  const compiled = compilePattern(source);
  if ('message' in compiled)
    throw new Error(`A policy that was not validated: a pattern ${compiled.message}`);
  patterns.set(source, compiled.pattern);
  return compiled.pattern;
}

function contains(value: unknown, wanted: unknown): Verdict {
  if (Array.isArray(value)) return matchIf(value.some((element) => jsonEquals(element, wanted)));
  if (typeof value !== 'string' || typeof wanted !== 'string') return Verdict.undecidable;
  return matchIf(value.includes(wanted));
}

/** The question that an operator asks of a present value. */
function comparisonOf(condition: Condition, workshop: Workshop): (value: unknown) => Verdict {
  const { op, value: wanted } = condition;
  switch (op) {
    case 'eq':
      return (value) => matchIf(jsonEquals(value, wanted));
    case 'neq':
      return (value) => matchIf(!jsonEquals(value, wanted));
    case 'in':
      return (value) => matchIf(wanted.some((one) => jsonEquals(value, one)));
    case 'not_in':
      return (value) => matchIf(!wanted.some((one) => jsonEquals(value, one)));
    case 'lt':
      return (value) => (typeof value === 'number' ? matchIf(value < wanted) : Verdict.undecidable);
    case 'lte':
      return (value) => (typeof value === 'number' ? matchIf(value <= wanted) : Verdict.undecidable);
    case 'gt':
      return (value) => (typeof value === 'number' ? matchIf(value > wanted) : Verdict.undecidable);
    case 'gte':
      return (value) => (typeof value === 'number' ? matchIf(value >= wanted) : Verdict.undecidable);
    case 'exists':
      return () => matchIf(wanted);
    case 'regex': {
      const pattern = patternOf(wanted, workshop);
      return (value) => {
        const found = typeof value === 'string' ? pattern.test(value, workshop.meter) : undefined;
        return found === undefined ? Verdict.undecidable : matchIf(found);
      };
    }
    default:
      return (value) => contains(value, wanted);
  }
}

function leafOf(condition: Condition, workshop: Workshop): Leaf {
  const test = comparisonOf(condition, workshop);
  if (condition.op === 'exists') return { test, missing: matchIf(!condition.value) };
  return { test, missing: matchIf(condition.on_missing === 'match') };
}

/** Matches what is there. */
const PRESENCE: Leaf = { missing: Verdict.noMatch, test: () => Verdict.match };

function compileCondition(source: Condition, workshop: Workshop): CompiledCondition {
  const parsed = parsePath(source.path);
  if ('message' in parsed) throw new Error(`A policy that was not validated: the path ${parsed.message}`);
  const steps: readonly PathStep[] = parsed.path.steps;
  const leaf = leafOf(source, workshop);
  return {
    source,
    argument: parsed.path.argument,
    test: (args) => walkPath(args, steps, leaf),
    isMissing: (args) => walkPath(args, steps, PRESENCE) === Verdict.noMatch,
  };
}

/** Makes a predicate of a validated document ready. Throws on one that was not validated. */
export function compilePredicate(source: Predicate, workshop: Workshop): CompiledPredicate {
  const conditions = source.conditions.map((condition) => compileCondition(condition, workshop));
  const [only] = conditions;
  const test = only !== undefined && conditions.length === 1 ? only.test : testOfAll(conditions);
  return { source, conditions, test };
}

function testOfAll(conditions: readonly CompiledCondition[]): CompiledPredicate['test'] {
  return (args) => {
    let verdict: Verdict = Verdict.match;
    for (const condition of conditions) {
      const one = condition.test(args);
      if (one === Verdict.undecidable) return one;
      if (one === Verdict.noMatch) verdict = one;
    }
    return verdict;
  };
}
