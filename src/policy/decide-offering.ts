import type { CompiledPolicy } from './compile.ts';
import { NO_POLICY } from './decide.ts';
import type { Decision } from './decision.ts';
import type { ExplainedStep, Explanation } from './explain.ts';
import type { CompiledSection, Offering, OfferingKind } from './offering.ts';
import { refuse, type Refusal } from './step.ts';

/** One question about an offering, with its answer. */
interface Gate {
  readonly rule: string;
  readonly question: string;
  readonly refusal: Refusal | undefined;
  readonly why?: string;
}

interface Gates {
  readonly gates: readonly Gate[];
  /** What the offering is put down to when no gate refuses it. */
  readonly allowedBy: string;
}

const WORDS: Readonly<Record<OfferingKind, string>> = {
  resource: 'resource',
  template: 'resource template',
  prompt: 'prompt',
};

function gatesOf(policy: CompiledPolicy | undefined, offering: Offering): Gates {
  const known: Gate = {
    rule: '(no policy)',
    question: 'Does the grant have a policy?',
    refusal: policy === undefined ? NO_POLICY : undefined,
  };
  if (policy === undefined) return { gates: [known], allowedBy: '' };
  const member = offering.kind === 'prompt' ? 'prompts' : 'resources';
  const section = policy[member];
  const governed: Gate = {
    rule: '(not governed)',
    question: `Does the policy have the section "${member}"?`,
    refusal: undefined,
    why: section === undefined ? `no: it says nothing of ${member}, so they pass` : 'yes',
  };
  if (section === undefined) return { gates: [known, governed], allowedBy: governed.rule };
  const { gates, allowedBy } = sectionGates(section, offering);
  return { gates: [known, governed, ...gates], allowedBy };
}

function sectionGates(section: CompiledSection, offering: Offering): Gates {
  const { hidden, fault, governed } = section.treatmentOf(offering);
  const word = WORDS[offering.kind];
  const notFound = (rule: string, kind: 'hidden' | 'unknown', message: string): Refusal => ({
    outcome: 'deny',
    kind,
    rule,
    message,
  });
  const gates: Gate[] = [
    {
      rule: '(hidden)',
      question: `Is the ${word} hidden?`,
      refusal: hidden ? notFound('(hidden)', 'hidden', `The ${word} is hidden.`) : undefined,
      why: hidden ? 'yes' : 'no',
    },
  ];
  if (offering.kind !== 'prompt') {
    const message = `The URI ${fault ?? ''}, so that it could stand for another one; only a rule that names it exactly applies to it.`;
    gates.push({
      rule: '(ambiguous uri)',
      question: 'Is the URI named exactly, or has it one way only to be written?',
      refusal: fault === undefined ? undefined : notFound('(ambiguous uri)', 'unknown', message),
    });
  }
  const isLeftOut = governed === undefined && section.fallback === 'deny';
  gates.push({
    rule: '(default deny)',
    question: `Does anything in the policy allow the ${word}?`,
    refusal: isLeftOut
      ? notFound('(default deny)', 'unknown', `The policy does not allow the ${word}.`)
      : undefined,
  });
  if (governed === undefined) return { gates, allowedBy: '(default allow)' };
  const { owner, rule } = governed;
  gates.push({
    rule: `${owner}/action`,
    question: `Does the rule refuse the ${word}?`,
    refusal:
      rule.action === 'deny'
        ? refuse(`${owner}/action`, rule.reason ?? `The policy refuses this ${word}.`)
        : undefined,
    why: rule.action === 'deny' ? 'yes' : 'no',
  });
  return { gates, allowedBy: owner };
}

/**
 * Decides whether an agent may use a resource, a template of resources or a prompt. Never throws. `kind` of a denial is
 * `refused` for what the agent can see; everything else is to be answered as if it did not exist.
 *
 * @param policy undefined refuses everything as `(no policy)`
 */
export function decideOffering(policy: CompiledPolicy | undefined, offering: Offering): Decision {
  const { gates, allowedBy } = gatesOf(policy, offering);
  const refusal = gates.find((gate) => gate.refusal !== undefined)?.refusal;
  return refusal ?? { outcome: 'allow', rule: allowedBy, limits: [] };
}

/**
 * Whether lists show an offering to an agent: what is allowed, and what a rule of its own denies with a reason. Without a
 * policy nothing is shown.
 */
export function isOffered(policy: CompiledPolicy | undefined, offering: Offering): boolean {
  if (policy === undefined) return false;
  const decision = decideOffering(policy, offering);
  return decision.outcome === 'allow' || (decision.outcome === 'deny' && decision.kind === 'refused');
}

/** The decision with every question that led to it, and those that were not reached. */
export function explainOffering(policy: CompiledPolicy | undefined, offering: Offering): Explanation {
  let isOver = false;
  const steps = gatesOf(policy, offering).gates.map(({ rule, question, refusal, why }): ExplainedStep => {
    if (isOver) return { rule, question, result: 'skipped', why: 'an earlier step refused it' };
    if (refusal === undefined) return { rule, question, result: 'passed', why: why ?? 'yes' };
    isOver = true;
    return { rule, question, result: 'refused', why: refusal.message };
  });
  return { decision: decideOffering(policy, offering), steps };
}
