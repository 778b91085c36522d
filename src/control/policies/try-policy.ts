import type * as z from 'zod';
import {
  compilePolicy,
  explainDecision,
  knowListedTool,
  type KnownTool,
  type LimitDemand,
  type PolicyDocument,
} from '#policy';
import type { Trial } from './policy-answers.ts';
import { readDocument } from './policy-document.ts';
import type { LiveTools } from './policy-parts.ts';

type Verdict = NonNullable<z.input<typeof Trial>['inForce']>;

const MICROS = 1_000_000;

/** A call that nobody makes. */
export interface TriedCall {
  readonly tool: string;
  readonly arguments: unknown;
}

/**
 * What a text says of a call, step by step; undefined where there is no text, or where it is no policy. Where the tools of the server
 * are not known, the call is taken to name one of them, whose arguments are not checked.
 */
export function tryPolicy(
  text: string | undefined,
  name: string,
  call: TriedCall,
  tools: LiveTools,
): Verdict | undefined {
  const read = text === undefined ? undefined : readDocument(text);
  return read?.ok === true ? verdictOf(read.document, name, call, tools) : undefined;
}

function verdictOf(document: PolicyDocument, name: string, call: TriedCall, tools: LiveTools): Verdict {
  const policy = compilePolicy(document, { name, version: '' });
  const { decision, steps } = explainDecision(policy, call, knownTool(call.tool, tools));
  return {
    outcome: decision.outcome,
    rule: decision.rule,
    ...('message' in decision && { message: decision.message }),
    limits: decision.outcome === 'deny' ? [] : decision.limits.map(limitOf),
    steps: [...steps],
  };
}

function knownTool(name: string, tools: LiveTools): KnownTool | undefined {
  if ('unavailable' in tools) return knowListedTool({ name });
  const definition = tools.find((tool) => tool.name === name);
  return definition && knowListedTool(definition, tools);
}

function limitOf({
  counter,
  scope,
  windowSeconds,
  maxMicros,
  amountMicros,
}: LimitDemand): Verdict['limits'][number] {
  return { counter, scope, windowSeconds, max: maxMicros / MICROS, amount: amountMicros / MICROS };
}
