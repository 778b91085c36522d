/**
 * risk/: what a tool could do, and which rule to put on it.
 *
 * Guarantees:
 * - Pure: the same definition gives the same class, in Node and in a browser; no clock, no network, no model.
 * - Never throws, whatever a server puts into a definition, and takes bounded time.
 * - Every quote of the evidence stands in the definition, letter for letter.
 * - What tells nothing is `unknown`, never `read`. Annotations never lower a class. Of what a description claims, two things do: that
 *   the query it runs is read-only, and that what it deletes can be restored.
 */
export {
  ATTACK_PATTERNS,
  attacksFor,
  type AttackCase,
  type AttackGroup,
  type AttackPattern,
  type AttackPolicy,
  type AttackRepetition,
  type AttackSurface,
  type PublicSource,
} from './attacks/index.ts';
export { RISK_CATEGORIES, riskLevelOf, type RiskCategory, type RiskLevel } from './category.ts';
export { classify, classifyServer, governingCategory, type Classification } from './classify.ts';
export type { RiskTool } from './definition.ts';
export type { RiskEvidence } from './explain.ts';
export {
  isNameable,
  recommendPolicy,
  recommendRule,
  type RecommendedPolicy,
  type RecommendedRule,
  type ToolWithCategory,
} from './recommend.ts';
export { familyOf, type Family } from './siblings.ts';
export { riskOfList } from './risk-of-list.ts';
export type { ParameterSignal, SignalKind } from './signals.ts';
export { nameWords } from './words.ts';
