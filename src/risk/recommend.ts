import type { RiskCategory } from './category.ts';

/** One quota of a recommended rule, as the policy language writes it. */
export interface RecommendedLimit {
  readonly counter: string;
  readonly window: 'minute';
  readonly max: number;
  readonly scope: 'grant';
}

/** A rule of the policy language, version "1". */
export interface RecommendedRule {
  readonly action?: 'require_approval';
  readonly reason?: string;
  readonly limits?: readonly RecommendedLimit[];
}

/** A policy document, version "1", that refuses whatever it does not name. */
export interface RecommendedPolicy {
  readonly version: '1';
  readonly default: 'deny';
  readonly hide?: readonly string[];
  readonly tools?: Readonly<Record<string, RecommendedRule>>;
}

/** Calls a minute that one grant may make. */
const PER_MINUTE = { write: 30, execute: 10 } as const;
/** The language allows counters of 200 characters. */
const LONGEST_NAME = 195;

export interface ToolWithCategory {
  readonly name: string;
  readonly category: RiskCategory | 'unknown';
}

/**
 * The rule for a tool of a class, or `hide` where the tool is best not there at all: reading is free, writing and executing
 * are capped, destroying is hidden, and money waits for a person. An unknown tool is treated as one that executes.
 */
export function recommendRule({ name, category }: ToolWithCategory): RecommendedRule | 'hide' {
  switch (category) {
    case 'read':
      return {};
    case 'write':
      return { limits: [limitOf(name, PER_MINUTE.write)] };
    case 'destructive':
      return 'hide';
    case 'financial':
      return {
        action: 'require_approval',
        reason: 'This moves money or commits to it, so a person agrees to each call.',
      };
    case 'execute':
    case 'unknown':
      return { limits: [limitOf(name, PER_MINUTE.execute)] };
  }
}

function limitOf(name: string, max: number): RecommendedLimit {
  return { counter: `${name}_rate`, window: 'minute', max, scope: 'grant' };
}

/**
 * Whether a policy can name a tool: a star would make its name a glob, an over-long one has no counter. Such a tool is left
 * out, and with that denied.
 */
export function isNameable(name: string): boolean {
  return name !== '' && !name.includes('*') && name.length <= LONGEST_NAME;
}

/**
 * A policy for the tools of one server (or for one of them): each with its recommended rule, all else denied. Of two tools with
 * one name the first counts, as in the gateway.
 */
export function recommendPolicy(tools: readonly ToolWithCategory[]): RecommendedPolicy {
  const hide: string[] = [];
  const rules = new Map<string, RecommendedRule>();
  for (const tool of tools) {
    if (!isNameable(tool.name) || rules.has(tool.name) || hide.includes(tool.name)) continue;
    const rule = recommendRule(tool);
    if (rule === 'hide') hide.push(tool.name);
    else rules.set(tool.name, rule);
  }
  return {
    version: '1',
    default: 'deny',
    ...(hide.length > 0 && { hide }),
    // from entries, so that a tool named __proto__ is a member like others
    ...(rules.size > 0 && { tools: Object.fromEntries(rules) }),
  };
}
