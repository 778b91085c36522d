import {
  classify,
  familyOf,
  isNameable,
  recommendPolicy,
  type Classification,
  type Family,
  type RecommendedPolicy,
} from '#risk';
import type { ToolRow } from './tool-rows.ts';

const CATEGORY_NAMES = {
  read: 'Read',
  write: 'Write',
  execute: 'Execute',
  destructive: 'Destructive',
  financial: 'Financial',
  unknown: 'Unknown',
} as const;
const LEVEL_NAMES = { low: 'Low', medium: 'Medium', high: 'High', critical: 'Critical' } as const;

/** A classified tool as `classify` and `scan` print it. */
export interface ClassifiedTool {
  readonly name: string;
  readonly category: (typeof CATEGORY_NAMES)[keyof typeof CATEGORY_NAMES];
  readonly risk: (typeof LEVEL_NAMES)[keyof typeof LEVEL_NAMES];
  readonly confidence: number;
  readonly evidence: Classification['evidence'];
  readonly rationale: string;
  readonly reversibleBy?: string;
  readonly parameterSignals: Classification['parameterSignals'];
  readonly hasHiddenText?: true;
  /** The recommended policy for this tool alone. */
  readonly policy: RecommendedPolicy;
}

/** The class of a tool in words, as everything that prints it says it. */
export function categoryName(category: Classification['category']): ClassifiedTool['category'] {
  return CATEGORY_NAMES[category];
}

/** Classifies one row and puts it as it is printed. */
export function classifiedTool(row: ToolRow, family: Family): ClassifiedTool {
  const { category, level, hasHiddenText, reversibleBy, ...rest } = classify(row, family);
  return {
    name: row.name,
    category: CATEGORY_NAMES[category],
    risk: LEVEL_NAMES[level],
    confidence: rest.confidence,
    evidence: rest.evidence,
    rationale: rest.rationale,
    ...(reversibleBy !== undefined && { reversibleBy }),
    parameterSignals: rest.parameterSignals,
    ...(hasHiddenText && { hasHiddenText }),
    policy: recommendPolicy(isNameable(row.name) ? [{ name: row.name, category }] : []),
  };
}

/** The families of rows by their server; rows without one have no siblings. */
export function familiesOf(rows: readonly ToolRow[]): (row: ToolRow) => Family {
  const names = new Map<string, string[]>();
  for (const { server, name } of rows) {
    if (typeof server !== 'string') continue;
    const known = names.get(server);
    if (known) known.push(name);
    else names.set(server, [name]);
  }
  const families = new Map([...names].map(([server, own]) => [server, familyOf(own)]));
  const none = familyOf([]);
  return ({ server }) => (typeof server === 'string' ? families.get(server) : undefined) ?? none;
}
