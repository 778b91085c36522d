import { compilePolicy, type CompiledPolicy } from './compile.ts';
import { decide } from './decide.ts';
import { decideOffering } from './decide-offering.ts';
import type { KnownTool } from './decision.ts';
import type { PolicyDocument } from './document.ts';
import { judgeByNames } from './judge-by-names.ts';
import { knowTool } from './known-tool.ts';
import type { Judged, RecordedCall } from './recorded-call.ts';
import { LimitReplay } from './replay-limits.ts';

export interface SimulatedOutcome {
  readonly outcome: 'allow' | 'deny' | 'hold';
  readonly rule: string;
}

/** Calls of one tool that the candidate would treat differently, in one way. */
export interface SimulatedChange {
  /** Tool, prompt or URI. */
  readonly subject: string;
  readonly before: SimulatedOutcome;
  readonly after: SimulatedOutcome;
  readonly count: number;
  /** Ids of some of their records. */
  readonly examples: readonly string[];
}

/** Calls of one tool that cannot be judged, for one reason. */
export interface SimulatedGap {
  readonly subject: string;
  readonly rule: string;
  /** For people. */
  readonly reason: string;
  readonly count: number;
  readonly examples: readonly string[];
}

export interface Simulation {
  readonly calls: number;
  /** With the same outcome as before. */
  readonly unchanged: number;
  readonly changed: number;
  /** Those that could not be judged. */
  readonly unknown: number;
  readonly before: Readonly<Record<'allow' | 'deny' | 'hold', number>>;
  readonly after: Readonly<Record<'allow' | 'deny' | 'hold' | 'unknown', number>>;
  /** Of those judged, the ones whose arguments were looked at by their names alone, because no earlier decision had checked them. */
  readonly judgedByNames: number;
  /** The most frequent first. */
  readonly changes: readonly SimulatedChange[];
  readonly gaps: readonly SimulatedGap[];
  /** What the figures do and do not say, in plain words. */
  readonly notes: readonly string[];
}

export interface SimulationParts {
  readonly candidate: PolicyDocument;
  /** The tools that the server lists; every tool counts as known, and no schema is checked, when it is left out. */
  readonly tools?: ReadonlyMap<string, KnownTool>;
}

const MAX_GROUPS = 200;
const MAX_EXAMPLES = 5;
/** Rules that hold a call: one that was allowed by them had waited for a person. */
const HOLDING = /\/action$|\/approve_if\/\d+$/;

/**
 * Decides recorded calls anew under another policy: exactly where no argument counts or the arguments were captured, and by names of
 * arguments or not at all elsewhere. Limits are counted over the calls themselves. Give the calls in the order of their times; it may
 * be interrupted between any two of them.
 */
export class PolicySimulation {
  readonly #candidate: CompiledPolicy;
  readonly #loose: CompiledPolicy;
  readonly #tools: ReadonlyMap<string, KnownTool> | undefined;
  readonly #limits = new LimitReplay();
  readonly #before = { allow: 0, deny: 0, hold: 0 };
  readonly #after = { allow: 0, deny: 0, hold: 0, unknown: 0 };
  readonly #changes = new Groups<Omit<SimulatedChange, 'count' | 'examples'>>();
  readonly #gaps = new Groups<Omit<SimulatedGap, 'count' | 'examples'>>();
  #changed = 0;
  #byNames = 0;
  #captured = 0;

  /** Throws an Error when the candidate was not validated. */
  constructor({ candidate, tools }: SimulationParts) {
    this.#candidate = compilePolicy(candidate, { name: 'candidate', version: '' });
    this.#loose = compilePolicy({ ...candidate, arguments: 'any' }, { name: 'candidate', version: '' });
    this.#tools = tools;
  }

  /** Takes in one call, not earlier than the one before. */
  judge(call: RecordedCall): void {
    const wasApproved = call.outcome === 'allow' && HOLDING.test(call.rule);
    const before: SimulatedOutcome = { outcome: wasApproved ? 'hold' : call.outcome, rule: call.rule };
    this.#before[before.outcome]++;
    if (call.captured !== undefined) this.#captured++;
    const judged = this.#limits.replay(call, this.#judge(call), wasApproved);
    const subject = typeof call.subject === 'string' ? call.subject : call.subject.name;
    if (judged.kind === 'unknown') {
      this.#after.unknown++;
      this.#gaps.add({ subject, rule: judged.rule, reason: judged.reason }, call.id);
      return;
    }
    if (judged.byNames) this.#byNames++;
    const { outcome, rule } = judged.decision;
    this.#after[outcome]++;
    if (outcome === before.outcome) return;
    this.#changed++;
    this.#changes.add({ subject, before, after: { outcome, rule } }, call.id);
  }

  result(): Simulation {
    const { allow, deny, hold } = this.#before;
    const calls = allow + deny + hold;
    const unknown = this.#after.unknown;
    return {
      calls,
      unchanged: calls - unknown - this.#changed,
      changed: this.#changed,
      unknown,
      before: { ...this.#before },
      after: { ...this.#after },
      judgedByNames: this.#byNames,
      changes: this.#changes.list(),
      gaps: this.#gaps.list(),
      notes: this.#notes(calls),
    };
  }

  #judge(call: RecordedCall): Judged {
    const { subject, captured } = call;
    if (typeof subject !== 'string')
      return { kind: 'decided', decision: decideOffering(this.#candidate, subject), byNames: false };
    const tool = this.#tools === undefined ? knowTool({ name: subject }) : this.#tools.get(subject);
    if (captured !== undefined) {
      const decision = decide(this.#candidate, { tool: subject, ...captured }, tool);
      return { kind: 'decided', decision, byNames: false };
    }
    return judgeByNames(this.#candidate, this.#loose, { ...call, tool: subject }, tool);
  }

  #notes(calls: number): readonly string[] {
    const notes: string[] = [];
    const without = calls - this.#captured;
    if (without > 0)
      notes.push(
        `The decision log holds no values of arguments. ${this.#captured} of ${calls} calls were captured with theirs and judged exactly; the others were judged by what does not depend on a value.`,
      );
    if (this.#byNames > 0)
      notes.push(
        `${this.#byNames} calls were let through on the names of their arguments: whether the values satisfy the tool's schema is not known.`,
      );
    if (this.#limits.hasCounted)
      notes.push(
        'Limits were counted over these calls alone: what was counted before them, or on other servers, is not in it. An agent that had been refused might have asked less, or more.',
      );
    if (this.#tools === undefined)
      notes.push('No list of tools was at hand: every tool counts as known, and no schema was checked.');
    if (this.#candidate.mode === 'observe')
      notes.push('The candidate only observes: it would record these decisions and stop nothing.');
    return notes;
  }
}

/** The whole simulation at once; see `PolicySimulation`. The calls may come in any order. */
export function simulatePolicy(calls: readonly RecordedCall[], parts: SimulationParts): Simulation {
  const simulation = new PolicySimulation(parts);
  for (const call of calls.toSorted((a, b) => a.at - b.at)) simulation.judge(call);
  return simulation.result();
}

/** Counts what is alike, with a few examples; of too many kinds, the rare ones share one place. */
class Groups<T extends { readonly subject: string }> {
  readonly #groups = new Map<string, { readonly what: T; count: number; readonly examples: string[] }>();

  add(what: T, id: string): void {
    const key = JSON.stringify(what);
    let group = this.#groups.get(key);
    if (group === undefined && this.#groups.size >= MAX_GROUPS) return this.#addToRest(what, id);
    if (group === undefined) this.#groups.set(key, (group = { what, count: 0, examples: [] }));
    group.count++;
    if (group.examples.length < MAX_EXAMPLES) group.examples.push(id);
  }

  #addToRest(what: T, id: string): void {
    const rest = { ...what, subject: '(other subjects)' };
    const key = JSON.stringify(rest);
    const group = this.#groups.get(key) ?? { what: rest, count: 0, examples: [] };
    this.#groups.set(key, group);
    group.count++;
    if (group.examples.length < MAX_EXAMPLES) group.examples.push(id);
  }

  list(): readonly (T & { readonly count: number; readonly examples: readonly string[] })[] {
    return [...this.#groups.values()]
      .sort((a, b) => b.count - a.count)
      .map(({ what, count, examples }) => ({ ...what, count, examples }));
  }
}
