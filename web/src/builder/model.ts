import {
  compilePolicy,
  knowTool,
  readPolicy,
  type CompiledPolicy,
  type KnownTool,
  type PolicyDocument,
  type Problem,
  type ToolDefinition,
} from '#policy';
import { governingCategory, type Classification, type RiskCategory } from '#risk';
import { pointerOf } from './place.ts';

/** A text as a policy: read and made ready, or what keeps it from being one. */
export type Reading =
  | { readonly ok: true; readonly document: PolicyDocument; readonly policy: CompiledPolicy }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a text and makes the policy ready. */
export function readText(text: string, name: string): Reading {
  const read = readPolicy(text);
  if (!read.ok) return read;
  return { ok: true, document: read.document, policy: compilePolicy(read.document, { name, version: '' }) };
}

/** A tool with its class, as the control plane gives both. */
export interface ClassedTool extends ToolDefinition {
  readonly risk: { readonly category: Classification['category']; readonly confidence: number };
}

/**
 * Tools as the engine knows them, by name; of two with one name the first counts, as in the gateway. The classes are those that the
 * control plane found; `exact` brings those that the engine itself found for the list, which takes a second for 500 tools.
 */
export function knownTools(
  list: readonly ClassedTool[],
  exact?: ReadonlyMap<string, RiskCategory>,
): ReadonlyMap<string, KnownTool> {
  const known = new Map<string, KnownTool>();
  for (const tool of list) {
    if (known.has(tool.name)) continue;
    const { category, confidence } = tool.risk;
    const found = governingCategory({ ...NOTHING_ELSE, category, confidence });
    known.set(tool.name, knowTool(tool, exact === undefined ? found : exact.get(tool.name)));
  }
  return known;
}

/** What a class has besides, which makes no difference to what governs. */
const NOTHING_ELSE = {
  level: 'high',
  evidence: [],
  rationale: '',
  parameterSignals: [],
  hasHiddenText: false,
} as const satisfies Omit<Classification, 'category' | 'confidence'>;

/** A rule for several tools, with those that the engine says it governs. */
export interface WideRule {
  readonly name: string;
  readonly governs: readonly string[];
}

/** Tools by the rule that the engine puts their calls down to: a pointer, `(hidden)`, `(default deny)` or `(default allow)`. */
export function governedBy(
  policy: CompiledPolicy,
  tools: ReadonlyMap<string, KnownTool>,
): ReadonlyMap<string, readonly string[]> {
  const governed = new Map<string, string[]>();
  for (const [name, tool] of tools) {
    const rule = ruleFor(policy, name, tool);
    const names = governed.get(rule);
    if (names === undefined) governed.set(rule, [name]);
    else names.push(name);
  }
  return governed;
}

/** The rule that decides what becomes of a tool, as the engine has it. */
export function ruleFor(policy: CompiledPolicy, name: string, tool: KnownTool | undefined): string {
  const { hidden, rule } = policy.treatmentOf(name, tool?.risk);
  return hidden ? '(hidden)' : (rule ?? '(default deny)');
}

/** Names with a star are patterns. */
export function isPattern(name: string): boolean {
  return name.includes('*');
}

/** Rules under `tools` that are not about one tool of the server: patterns, and names that it does not have. */
export function wideRules(
  document: PolicyDocument,
  tools: ReadonlyMap<string, KnownTool>,
  governed: ReadonlyMap<string, readonly string[]>,
): { readonly patterns: readonly WideRule[]; readonly unknown: readonly string[] } {
  const names = Object.keys(document.tools ?? {});
  const hidden = document.hide ?? [];
  return {
    patterns: names
      .filter(isPattern)
      .map((name) => ({ name, governs: governed.get(pointerOf(['tools', name])) ?? [] })),
    unknown: [...new Set([...names, ...hidden])].filter((name) => !isPattern(name) && !tools.has(name)),
  };
}

/** Which tools a pattern of `hide` hides, asked of the engine alone. */
export function hiddenBy(pattern: string, names: Iterable<string>): readonly string[] {
  const policy = compilePolicy(
    { version: '1', default: 'allow', hide: [pattern] },
    { name: '', version: '' },
  );
  return [...names].filter((name) => policy.treatmentOf(name, undefined).hidden);
}
