import type { CompiledPolicy } from './compile.ts';
import type { Decision, KnownTool, PolicyCall } from './decision.ts';
import { decide, judge } from './decide.ts';
import type { Step } from './step.ts';

/** One question of the order of evaluation and its answer for one call. */
export interface ExplainedStep {
  /** Rule string: a JSON Pointer into the policy, or a name in parentheses. */
  readonly rule: string;
  readonly question: string;
  /** `held`: the call waits for a person. `skipped`: an earlier step refused the call. */
  readonly result: 'passed' | 'refused' | 'held' | 'skipped';
  readonly why: string;
}

export interface Explanation {
  readonly decision: Decision;
  readonly steps: readonly ExplainedStep[];
}

/**
 * The decision on a call, with every step that led to it and those that were not reached. The steps are taken by
 * the engine itself.
 */
export function explainDecision(
  policy: CompiledPolicy | undefined,
  call: PolicyCall,
  tool: KnownTool | undefined,
): Explanation {
  const taken = new Set<Step>();
  const steps: ExplainedStep[] = [];
  const decision = decide(policy, call, tool);
  judge(policy, call, tool, (step, situation, refusal) => {
    taken.add(step);
    const { rule, question } = step;
    const found = step.find?.(situation);
    if (refusal !== undefined) {
      steps.push({
        rule,
        question,
        result: 'refused',
        why: found === undefined ? refusal.message : `${found}. ${refusal.message}`,
      });
    } else {
      const held = situation.held?.rule === rule;
      steps.push({
        rule,
        question,
        result: held ? 'held' : 'passed',
        why: found ?? (held ? (situation.held?.message ?? '') : 'yes'),
      });
    }
  });
  if (policy === undefined) {
    const why = 'message' in decision ? decision.message : '';
    return {
      decision,
      steps: [{ rule: '(no policy)', question: 'Does the grant have a policy?', result: 'refused', why }],
    };
  }
  const planned = policy.treatmentOf(call.tool, tool?.risk).steps;
  const skipped = planned
    .filter((step) => !taken.has(step))
    .map(({ rule, question }) => ({
      rule,
      question,
      result: 'skipped' as const,
      why: 'an earlier step refused the call',
    }));
  return { decision, steps: [...steps, ...skipped] };
}
