import type { RiskCategory } from '#risk';
import { RISK_CATEGORIES } from '#risk';
import type { PolicyDocument, Rule } from './document.ts';
import { Meter } from './meter.ts';
import { compileNameList, compileNameTable } from './name-table.ts';
import { compileSections, type CompiledSections } from './offering.ts';
import { pointerTo } from './pointer.ts';
import { stepsOf, type CommonRules, type OwnedRule } from './rule-steps.ts';
import { refuse, type Refusal, type Step } from './step.ts';

/** Program size times text length that the patterns of one decision may cost together; four times what one may. */
const DECISION_BUDGET = 4_000_000;
/** A tool without a confident class is governed as this one. */
const UNKNOWN_RISK: RiskCategory = 'execute';
const CACHED_NAMES = 4096;

/** How a policy treats one tool. */
export interface Treatment {
  readonly hidden: boolean;
  /** What an allowed call is put down to: `/tools/X`, `/risk/write` or `(default allow)`; undefined: nothing allows it. */
  readonly rule: string | undefined;
  /** All questions about a call of the tool, in the order of evaluation. */
  readonly steps: readonly Step[];
}

/** A policy made ready: compiled once, then asked for every call. */
export interface CompiledPolicy extends CompiledSections {
  readonly name: string;
  readonly version: string;
  /** Under `observe` everything is decided as usual; the gateway blocks nothing. */
  readonly mode: 'enforce' | 'observe';
  readonly document: PolicyDocument;
  /** How the policy treats a tool, by exact name and class. Cheap: kept for names asked before. */
  treatmentOf(tool: string, risk: RiskCategory | undefined): Treatment;
  /** Fills up the budget of work; called before every decision. */
  startDecision(): void;
}

const PASS_NO_POLICY: Step = {
  rule: '(no policy)',
  question: 'Does the grant have a policy?',
  ask: () => undefined,
};

/** The refusal of an unknown tool, the same in words for one that is hidden. */
function unknownTool(name: string, rule: '(hidden)' | '(unknown tool)', kind: 'hidden' | 'unknown'): Refusal {
  return { outcome: 'deny', kind, rule, message: `Unknown tool: ${name}` };
}

const HIDDEN: Step = {
  rule: '(hidden)',
  question: 'Is the tool hidden?',
  ask: ({ call }) => unknownTool(call.tool, '(hidden)', 'hidden'),
};
const NOT_HIDDEN: Step = { ...HIDDEN, ask: () => undefined, find: () => 'no' };

const KNOWN: Step = {
  rule: '(unknown tool)',
  question: 'Does the server list the tool?',
  ask: ({ call, tool }) =>
    tool?.definition.name === call.tool ? undefined : unknownTool(call.tool, '(unknown tool)', 'unknown'),
};

const DEFAULT_DENY: Step = {
  rule: '(default deny)',
  question: 'Does anything in the policy allow the tool?',
  ask: ({ call }) =>
    refuse('(default deny)', `The policy does not allow the tool ${JSON.stringify(call.tool)}.`),
};
const NAMED: Step = { ...DEFAULT_DENY, ask: () => undefined };

function treatment(owned: OwnedRule | undefined, fallback: 'allow' | 'deny', common: CommonRules): Treatment {
  const gates = [PASS_NO_POLICY, NOT_HIDDEN, KNOWN];
  if (owned === undefined && fallback === 'deny') {
    return { hidden: false, rule: undefined, steps: [...gates, DEFAULT_DENY] };
  }
  return {
    hidden: false,
    rule: owned?.owner ?? '(default allow)',
    steps: [...gates, NAMED, ...stepsOf(owned, common)],
  };
}

const HIDDEN_TREATMENT: Treatment = { hidden: true, rule: undefined, steps: [PASS_NO_POLICY, HIDDEN] };

/**
 * The rules of `tools`, ready to be found by name: the exact one, else the strongest glob. Each is compiled when it is asked for the
 * first time: a policy names many tools, of which few are ever called.
 */
function compileTools(document: PolicyDocument, make: (owned: OwnedRule) => Treatment) {
  const rules = Object.entries<Rule>(document.tools ?? {});
  const table = compileNameTable(
    rules.map(
      ([name, rule]) => [name, once(() => make({ owner: pointerTo(['tools', name]), rule }))] as const,
    ),
  );
  return (name: string) => (table.exact(name) ?? table.strongest(name))?.();
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** Keeps the answers of a pure function of a name, a bounded number of them. */
function remember<T>(answer: (name: string) => T): (name: string) => T {
  const answers = new Map<string, T>();
  return (name) => {
    const known = answers.get(name);
    if (known !== undefined) return known;
    if (answers.size >= CACHED_NAMES) answers.clear();
    const fresh = answer(name);
    answers.set(name, fresh);
    return fresh;
  };
}

/**
 * Makes a validated document ready for decisions. The order of its members makes no difference. Of a document that was not
 * validated this, or the first decision on a tool, throws an Error.
 */
export function compilePolicy(
  document: PolicyDocument,
  { name, version }: { readonly name: string; readonly version: string },
): CompiledPolicy {
  const meter = new Meter(DECISION_BUDGET);
  const common: CommonRules = {
    allTools: document.all_tools ?? {},
    argumentMode: document.arguments ?? 'declared',
    workshop: { meter, patterns: new Map() },
  };
  const make = (owned: OwnedRule | undefined) => treatment(owned, document.default, common);
  const byDefault = make(undefined);
  const byRisk = new Map(
    RISK_CATEGORIES.map((category) => {
      const rule = document.risk?.[category];
      return [
        category,
        rule === undefined ? byDefault : make({ owner: pointerTo(['risk', category]), rule }),
      ];
    }),
  );
  const isHidden = compileNameList(document.hide ?? []);
  const findTool = compileTools(document, make);
  const byName = remember((tool) => (isHidden(tool) ? HIDDEN_TREATMENT : (findTool(tool) ?? 'by risk')));
  return {
    name,
    version,
    mode: document.mode ?? 'enforce',
    document,
    ...compileSections(document),
    treatmentOf(tool, risk) {
      const found = byName(tool);
      return found === 'by risk' ? (byRisk.get(risk ?? UNKNOWN_RISK) ?? byDefault) : found;
    },
    startDecision: () => meter.reset(),
  };
}
