import type { Category } from '../parts/risk-badge.tsx';

/** How a server is reached, without anything that could be a secret. */
export interface ConnectionDisplay {
  readonly kind: 'stdio' | 'streamable-http' | 'sse';
  readonly command?: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** Names of variables. */
  readonly env?: readonly string[];
  readonly url?: string;
  /** Names of headers. */
  readonly headers?: readonly string[];
  readonly oauth?: {
    readonly mode: 'authorization_code' | 'client_credentials';
    readonly issuer?: string;
    readonly clientId?: string;
    readonly clientMetadataUrl?: string;
    readonly scope?: string;
    readonly hasSecret: boolean;
  };
}

export const METHOD_FAMILIES = [
  'resources',
  'prompts',
  'completion',
  'logging',
  'subscriptions',
  'sampling',
  'elicitation',
  'roots',
  'tasks',
] as const;
export type MethodFamily = (typeof METHOD_FAMILIES)[number];

export const LIMIT_NAMES = [
  'connectMs',
  'firstByteMs',
  'callMs',
  'startMs',
  'concurrentCalls',
  'openStreams',
  'breakAfter',
  'answerBytes',
] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/** What the gateway does with a server; what is left out is as usual. */
export interface ServerSettings {
  readonly methods?: Partial<Readonly<Record<MethodFamily, boolean>>>;
  readonly limits?: Partial<Readonly<Record<LimitName, number>>>;
  readonly approvals?: {
    readonly lifeMs?: number;
    readonly holdOpenMs?: number;
    readonly elicitation?: boolean;
  };
  readonly capture?: { readonly days: number };
}

export type OnChange = 'alert' | 'block';

/** A server that the organisation governs. */
export interface GovernedServer {
  readonly id: string;
  readonly name: string;
  /** False for one of the configuration file. */
  readonly managed: boolean;
  readonly kind: ConnectionDisplay['kind'];
  /** Where agents reach it on this gateway. */
  readonly path: string;
  readonly connection: ConnectionDisplay;
  readonly settings: ServerSettings;
  readonly onChange: OnChange;
  readonly catalogueSlug?: string;
  readonly credential: {
    readonly kind: 'none' | 'environment' | 'headers' | 'oauth' | 'client_credentials';
    readonly state?: 'connected' | 'needs_consent' | 'none' | 'unreadable';
    readonly expiresAt?: string;
    readonly scope?: string;
  };
  readonly pinned: boolean;
  readonly drift: number;
  /** When a gateway last asked it for its tools, and whether it answered; absent while it never did. */
  readonly lastAsked?: { readonly at: string; readonly ok: boolean; readonly reason?: string };
  /** Its tools as they were last seen; absent while they are not known. */
  readonly tools?: {
    readonly at: string;
    readonly count: number;
    readonly classes: Readonly<Record<Category, number>>;
  };
  /** To the minute; absent where no use is known. */
  readonly lastUsedAt?: string;
  readonly createdAt?: string;
  readonly updatedAt?: string;
}

/** What a server answered when it was asked, or why it did not. */
export interface ServerCheck {
  readonly ok: boolean;
  readonly era?: 'legacy' | 'modern';
  readonly revision?: string;
  readonly tools?: number;
  readonly server?: { readonly name: string; readonly version: string };
  readonly latencyMs: number;
  readonly reason?: string;
  readonly hint?: string;
}

export interface ToolRisk {
  readonly category: Category;
  readonly level: 'low' | 'medium' | 'high' | 'critical';
  readonly confidence: number;
  readonly rationale: string;
  readonly evidence: readonly {
    readonly source: 'name' | 'title' | 'description' | 'parameter' | 'annotation' | 'sibling';
    readonly quote: string;
    readonly language?: string;
    readonly translation?: string;
  }[];
  readonly reversibleBy?: string;
  readonly hasHiddenText: boolean;
}

export type PinState = 'accepted' | 'changed' | 'new' | 'none';

/** A tool that a server lists now. */
export interface ServerTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: unknown;
  readonly annotations?: unknown;
  readonly risk: ToolRisk;
  readonly pin: PinState;
}

export interface ServerTools {
  readonly items: readonly ServerTool[];
  /** Accepted tools that are not listed any more. */
  readonly gone: readonly string[];
}

export interface DefinitionChange {
  readonly pointer: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly text: string;
  readonly before?: string;
  readonly after?: string;
  readonly words?: readonly { readonly kind: 'same' | 'added' | 'removed'; readonly text: string }[];
}

/** A tool that is not as it was accepted. */
export interface Drift {
  readonly tool: string;
  readonly kind: 'added' | 'changed' | 'removed';
  readonly hash: string;
  readonly seenAt: string;
  readonly changes: readonly DefinitionChange[];
  readonly categoryBefore?: Category;
  readonly categoryNow?: Category;
}

export interface DriftList {
  readonly items: readonly Drift[];
  /** Stands for exactly this list. */
  readonly seen: string;
}
