import type { RiskCategory } from '#risk';
import type { CompiledPolicy, Treatment } from './compile.ts';
import type { Decision, KnownTool, PolicyCall } from './decision.ts';
import { refuse, type Refusal, type Situation, type Step } from './step.ts';

/** Rule string of a call that an error of the engine refuses; never seen unless there is a bug. */
const FAULT = '(engine error)';

/** The refusal of everything that a grant without a policy asks for. */
export const NO_POLICY = refuse(
  '(no policy)',
  'This grant has no policy, so every call is refused. Its owner must attach one.',
);

/** Told of each step as it is taken, while explaining. */
export type Witness = (step: Step, situation: Situation, refusal: Refusal | undefined) => void;

export function situationOf(call: PolicyCall, tool: KnownTool | undefined): Situation {
  return {
    call,
    args: call.arguments === undefined ? {} : call.arguments,
    tool,
    limits: [],
    held: undefined,
  };
}

/** Takes the steps in order until one refuses; then the call is refused, held or allowed. */
export function takeSteps(treatment: Treatment, situation: Situation, witness?: Witness): Decision {
  for (const step of treatment.steps) {
    const refusal = step.ask(situation);
    witness?.(step, situation, refusal);
    if (refusal !== undefined) return refusal;
  }
  const { held, limits } = situation;
  if (held !== undefined) return { outcome: 'hold', ...held, limits };
  // The last step of a treatment that nothing allows refuses, so this rule is always there.
  if (treatment.rule === undefined) return refuse(FAULT, 'The policy engine failed, so the call is refused.');
  return { outcome: 'allow', rule: treatment.rule, limits };
}

/** Decides with a witness, and refuses when anything throws. */
export function judge(
  policy: CompiledPolicy | undefined,
  call: PolicyCall,
  tool: KnownTool | undefined,
  witness?: Witness,
): Decision {
  if (policy === undefined) return NO_POLICY;
  try {
    policy.startDecision();
    return takeSteps(policy.treatmentOf(call.tool, tool?.risk), situationOf(call, tool), witness);
  } catch {
    return refuse(FAULT, 'The call cannot be judged (nested too deeply, perhaps), so it is refused.');
  }
}

/**
 * Decides one call. Never throws: whatever cannot be decided is refused. The first refusal, in the order of evaluation,
 * wins; a held call carries the limits that it must reserve when it runs after all.
 *
 * @param policy undefined refuses every call as `(no policy)`
 * @param tool the called tool from the server's real list; undefined refuses the call as `(unknown tool)`
 */
export function decide(
  policy: CompiledPolicy | undefined,
  call: PolicyCall,
  tool: KnownTool | undefined,
): Decision {
  return judge(policy, call, tool);
}

/**
 * Whether `tools/list` shows a tool to an agent under this policy: everything except hidden tools and, under
 * `default: deny`, tools that nothing allows. `action: "deny"` stays visible. Without a policy nothing is shown.
 */
export function isListed(policy: CompiledPolicy | undefined, toolName: string, risk?: RiskCategory): boolean {
  return policy?.treatmentOf(toolName, risk).rule !== undefined;
}
