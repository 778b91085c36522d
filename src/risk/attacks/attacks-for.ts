import type { RiskCategory } from '../category.ts';
import type { SignalKind } from '../signals.ts';
import type { AttackPattern } from './attack-pattern.ts';
import { confusedDeputy } from './confused-deputy.ts';
import { credentialLeakViaErrors } from './credential-leak-via-errors.ts';
import { dataExfiltrationViaToolChaining } from './data-exfiltration-via-tool-chaining.ts';
import { destructiveActionAutonomy } from './destructive-action-autonomy.ts';
import { indirectPromptInjection } from './indirect-prompt-injection.ts';
import { runawayToolLoops } from './runaway-tool-loops.ts';
import { toolPoisoning } from './tool-poisoning.ts';

/** What must be known of a tool to tell which attacks abuse it. */
export interface AttackSurface {
  readonly category: RiskCategory | 'unknown';
  readonly signals: readonly SignalKind[];
  /** The definition holds characters that a reader does not see. */
  readonly hasHiddenText?: boolean;
}

const MOST = 4;

/** For each class, the attacks that abuse any tool of it, the most likely first. */
const BY_CATEGORY: Readonly<Record<RiskCategory, readonly AttackPattern[]>> = {
  read: [indirectPromptInjection, dataExfiltrationViaToolChaining, credentialLeakViaErrors],
  write: [runawayToolLoops, indirectPromptInjection, confusedDeputy],
  execute: [indirectPromptInjection, destructiveActionAutonomy, runawayToolLoops],
  destructive: [destructiveActionAutonomy, indirectPromptInjection, confusedDeputy],
  financial: [indirectPromptInjection, runawayToolLoops, confusedDeputy],
};

/** Attacks that a parameter can add to those of the class. How a server is obtained says nothing about one of its tools. */
const BY_SIGNAL: readonly AttackPattern[] = [
  destructiveActionAutonomy,
  dataExfiltrationViaToolChaining,
  credentialLeakViaErrors,
  toolPoisoning,
];

/**
 * The attack patterns that abuse this kind of access, most relevant first: those of the class, and those that its parameters
 * serve; at least two and at most four. A tool of unknown class counts as one that executes.
 */
export function attacksFor({
  category,
  signals,
  hasHiddenText = false,
}: AttackSurface): readonly AttackPattern[] {
  const ofClass = BY_CATEGORY[category === 'unknown' ? 'execute' : category];
  const served = (pattern: AttackPattern): number =>
    pattern.signals.filter((kind) => signals.includes(kind)).length;
  const added = BY_SIGNAL.filter(
    (pattern) => !ofClass.includes(pattern) && actsThrough(pattern, category) && served(pattern) > 0,
  );
  const ranked = [...ofClass, ...added].sort((a, b) => served(b) - served(a));
  const first = hasHiddenText ? [toolPoisoning] : [];
  return [...first, ...ranked.filter((pattern) => !first.includes(pattern))].slice(0, MOST);
}

function actsThrough({ categories }: AttackPattern, category: AttackSurface['category']): boolean {
  return categories === 'all' || categories.includes(category === 'unknown' ? 'execute' : category);
}
