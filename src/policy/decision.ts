import type { RiskCategory } from '#risk';

/** A tool as its server lists it. Annotations and description are claims of the server, never a policy input. */
export interface ToolDefinition {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: unknown;
  readonly [member: string]: unknown;
}

/** One tool of a server's real list, made ready for decisions by `knowTool`. */
export interface KnownTool {
  readonly definition: ToolDefinition;
  /** The class that the catalogue is confident of; undefined is governed as `execute`. */
  readonly risk: RiskCategory | undefined;
}

/** One normalised call, the same whatever revision, transport or framing carried it. */
export interface PolicyCall {
  readonly tool: string;
  /** `params.arguments` as parsed; undefined when the member was absent. */
  readonly arguments: unknown;
  /**
   * True when some number in the arguments does not survive a double (9007199254740993): the value we
   * would judge is then not the value the server reads, so no argument rule can be decided.
   */
  readonly hasLossyNumber?: boolean;
}

export type LimitScope = 'grant' | 'session' | 'server' | 'organisation';

/** One limit that an allowed call must reserve before it may leave. Amounts are whole millionths. */
export interface LimitDemand {
  /** Pointer of the rule, e.g. `/tools/fluentcrm_pause_campaign/limits/fluentcrm_pause_campaign_rate`. */
  readonly rule: string;
  readonly counter: string;
  readonly scope: LimitScope;
  readonly windowSeconds: number;
  readonly maxMicros: number;
  readonly amountMicros: number;
  /** What the agent is told when the limit is spent. */
  readonly message: string;
  /** What happens while the quota store cannot be reached. */
  readonly onUnavailable: 'deny' | 'allow';
}

/** The engine's verdict on one call. A denial is a value, never an exception. */
export type Decision =
  | {
      readonly outcome: 'deny';
      /** `hidden` and `unknown` are answered alike, as an unknown tool. */
      readonly kind: 'hidden' | 'unknown' | 'refused';
      readonly rule: string;
      readonly message: string;
    }
  | {
      readonly outcome: 'hold';
      readonly rule: string;
      readonly message: string;
      readonly limits: readonly LimitDemand[];
    }
  | {
      readonly outcome: 'allow';
      /** `/tools/X`, `/risk/write` or `(default allow)`. */
      readonly rule: string;
      readonly limits: readonly LimitDemand[];
    };

/** A fault in a policy document or in a file of example calls, with its place in the text. */
export interface Problem {
  readonly message: string;
  /** JSON Pointer of the faulty member; empty for the whole document. */
  readonly pointer: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  readonly suggestion?: string;
}
