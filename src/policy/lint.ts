import { compilePolicy } from './compile.ts';
import type { ToolDefinition } from './decision.ts';
import type { PolicyDocument } from './document.ts';
import { readJsonText } from './json-text.ts';
import { lintArguments } from './lint-arguments.ts';
import { lintLimits } from './lint-limits.ts';
import { lintOfferings } from './lint-offerings.ts';
import { governedTools, lintTools } from './lint-tools.ts';
import { pointerTo } from './pointer.ts';

/** A place where a valid policy does not, or may not, do what it says. */
export interface LintFinding {
  /** `error`: a rule without effect, or one that refuses everything; `warning`: probably not what was meant. */
  readonly level: 'error' | 'warning';
  readonly message: string;
  readonly pointer: string;
  readonly suggestion?: string;
  /** 1-based; only when the text was given. */
  readonly line?: number;
  readonly column?: number;
}

/**
 * Checks a valid policy against the real tools of its server: unknown tools and paths, types that never match, gaps left
 * by optional arguments, rules never reached, counters shared by accident. Errors first, then by place.
 *
 * @param text the document's text, to give findings a line and a column
 */
export function lintPolicy(
  document: PolicyDocument,
  tools: readonly ToolDefinition[],
  text?: string,
): readonly LintFinding[] {
  const policy = compilePolicy(document, { name: 'lint', version: '' });
  const governed = governedTools(policy, tools);
  const source = text === undefined ? undefined : readJsonText(text);
  const remarks = [
    ...lintTools(policy, tools, governed),
    ...lintArguments(document, governed),
    ...lintLimits(document),
    ...lintOfferings(document),
  ];
  return remarks
    .map(({ level, path, message, suggestion }): LintFinding => {
      const place = source?.problemAt(path, message) ?? { message, pointer: pointerTo(path) };
      return suggestion === undefined ? { level, ...place } : { level, ...place, suggestion };
    })
    .sort((a, b) => (a.level === b.level ? 0 : a.level === 'error' ? -1 : 1));
}
