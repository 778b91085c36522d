/**
 * policy/: the policy language, version "1": read and check a document, decide a call, explain the decision.
 *
 * Guarantees:
 * - Pure: no clock, no files, no network; the same in Node and in a browser.
 * - `decide` never throws and gives any JSON value a decision; what cannot be decided is refused.
 * - A document that `readPolicy` accepts has no field that the engine ignores, and the order of its members
 *   makes no difference.
 * - A decision costs bounded time, whatever the arguments, the tool's schema and the policy's patterns.
 * - Messages show what the policy and the schema say, never what an argument holds.
 */
export { toMicros } from './amount.ts';
export {
  readPolicyCases,
  readWrittenCall,
  runPolicyCases,
  subjectOf,
  type PolicyCase,
  type PolicyCaseResult,
  type ReadPolicyCases,
  type WrittenCall,
} from './cases.ts';
export { compilePolicy, type CompiledPolicy } from './compile.ts';
export { decide, isListed } from './decide.ts';
export { decideOffering, explainOffering, isOffered } from './decide-offering.ts';
export type {
  Decision,
  KnownTool,
  LimitDemand,
  LimitScope,
  PolicyCall,
  Problem,
  ToolDefinition,
} from './decision.ts';
export type { Condition, Limit, PolicyDocument, Predicate, Rule, SharedRule } from './document.ts';
export { effectOfPolicy } from './effect.ts';
export { explainDecision, type ExplainedStep, type Explanation } from './explain.ts';
export { knowListedTool, knowTool } from './known-tool.ts';
export { lintPolicy, type LintFinding } from './lint.ts';
export type { Offering, OfferingKind } from './offering.ts';
export { quickCheck } from './quick-check.ts';
export { readPolicy, validatePolicy, type ReadPolicy } from './read.ts';
export type { RecordedCall } from './recorded-call.ts';
export { policyJsonSchema } from './schema.ts';
export {
  PolicySimulation,
  simulatePolicy,
  type SimulatedChange,
  type SimulatedGap,
  type SimulatedOutcome,
  type Simulation,
  type SimulationParts,
} from './simulate.ts';
