import { riskLevelOf, type RiskCategory, type RiskLevel } from './category.ts';
import type { RiskTool } from './definition.ts';
import { evidenceOf, rationaleOf, type RiskEvidence } from './explain.ts';
import { readDefinition } from './reading.ts';
import { familyOf, type Family } from './siblings.ts';
import type { ParameterSignal } from './signals.ts';
import { LEAST_CONFIDENCE, weigh } from './weigh.ts';

/** The class of a tool, with all that it rests on. */
export interface Classification {
  /** `unknown`: too little evidence; governed as `execute`. */
  readonly category: RiskCategory | 'unknown';
  /** The level of the category; of an unknown tool, that of `execute`. */
  readonly level: RiskLevel;
  /** From 0 to 1: how well name, description, parameters and siblings agree. */
  readonly confidence: number;
  readonly evidence: readonly RiskEvidence[];
  /** One English sentence. */
  readonly rationale: string;
  /** The sibling that undoes what the tool does. */
  readonly reversibleBy?: string;
  readonly parameterSignals: readonly ParameterSignal[];
  /** The definition holds characters that a reader does not see. */
  readonly hasHiddenText: boolean;
}

/** A class that a policy may rely on; below it a tool counts as `execute`. */
const CONFIDENT = 0.6;

/**
 * Classifies one tool of a server. Deterministic and offline; never throws, whatever the definition holds, and takes
 * bounded time.
 *
 * @param siblings the names of the server's tools, or what `familyOf` made of them once for all its tools
 */
export function classify(tool: RiskTool, siblings: readonly string[] | Family = []): Classification {
  const family = 'nameOf' in siblings ? siblings : familyOf(siblings);
  const reading = readDefinition(tool, family);
  const weighed = weigh(reading);
  const weighing =
    weighed.confidence < LEAST_CONFIDENCE ? { ...weighed, category: 'unknown' as const } : weighed;
  const { category, confidence } = weighing;
  const isReversible =
    reading.reversibleBy !== undefined &&
    (category === 'write' || category === 'execute' || weighing.reason.kind === 'reversible');
  return {
    category,
    level: riskLevelOf(category === 'unknown' ? 'execute' : category),
    confidence: Math.round(confidence * 100) / 100,
    evidence: evidenceOf(reading, weighing),
    rationale: rationaleOf(reading, weighing),
    ...(isReversible && { reversibleBy: reading.reversibleBy }),
    parameterSignals: reading.signals,
    hasHiddenText: reading.hasInvisible,
  };
}

/** Classifies all tools of one server, each with the others as siblings; in the same order. */
export function classifyServer(tools: readonly RiskTool[]): readonly Classification[] {
  const family = familyOf(tools.map(({ name }) => name));
  return tools.map((tool) => classify(tool, family));
}

/**
 * The class by which a policy governs a tool; undefined, which counts as `execute`, when the classifier is not confident
 * that the tool is harmless. A doubtful class that is worse than `execute` stands.
 */
export function governingCategory({ category, confidence }: Classification): RiskCategory | undefined {
  if (category === 'unknown') return undefined;
  const isHarmless = category === 'read' || category === 'write';
  return isHarmless && confidence < CONFIDENT ? undefined : category;
}
