import type { RiskCategory } from '../category.ts';
import type { RiskTool } from '../definition.ts';
import type { SignalKind } from '../signals.ts';

/** Where an attack starts: in what an agent does, in what the protocol lets a server say, or in how a server is obtained. */
export type AttackGroup = 'Agent behaviour' | 'Protocol' | 'Supply chain';

/** A public page. */
export interface PublicSource {
  readonly title: string;
  readonly url: string;
}

/** Something that really happened, or was really shown to work. */
export interface AttackIncident {
  readonly title: string;
  /** As precise as the source is: a month, a day, a season. */
  readonly whenText: string;
  readonly text: string;
  readonly source: PublicSource;
}

/** A policy document, version "1". Its rules are plain data here; the policy engine checks them. */
export interface AttackPolicy {
  readonly version: '1';
  readonly default: 'deny' | 'allow';
  readonly description?: string;
  readonly [section: string]: unknown;
}

/** An example call, in the form of a file of policy cases. */
export interface AttackCase {
  readonly description: string;
  readonly call: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };
  readonly expect: 'allow' | 'deny' | 'hold';
  /** What decides the call, as the engine names it. */
  readonly rule: string;
}

/** The same call again and again in one window: the first `passes` of them go through, the next one does not. */
export interface AttackRepetition {
  readonly call: AttackCase['call'];
  readonly passes: number;
  /** The limit that refuses the next call. */
  readonly rule: string;
}

/** The rule that stops the attack, or as much of it as a rule can, with the calls that prove it. */
export interface AttackStop {
  readonly sentence: string;
  readonly policy: AttackPolicy;
  /** The tools of the server that the policy is for. */
  readonly tools: readonly RiskTool[];
  readonly cases: readonly AttackCase[];
  readonly repetition?: AttackRepetition;
}

/** A known way to abuse what agents may do. */
export interface AttackPattern {
  /** Part of the page's path. */
  readonly slug: string;
  readonly title: string;
  readonly group: AttackGroup;
  /** One sentence. */
  readonly summary: string;
  /** Two to four paragraphs. */
  readonly whatHappens: readonly string[];
  readonly incident: AttackIncident;
  /** The classes of tools that the attack acts through. */
  readonly categories: readonly RiskCategory[] | 'all';
  /** Parameters that serve the attack. */
  readonly signals: readonly SignalKind[];
  readonly stops: AttackStop;
  /** What no policy can do about it. */
  readonly remains: string;
  readonly goDeeper: readonly PublicSource[];
}
