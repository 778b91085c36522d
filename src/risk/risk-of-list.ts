import type { RiskCategory } from './category.ts';
import { classify, governingCategory } from './classify.ts';
import { textOf, titleOf, type RiskTool } from './definition.ts';
import { familyOf } from './siblings.ts';

/** Characters of definitions classified for one list; a server that lists more keeps nobody waiting for it. */
const MAX_CHARACTERS = 300_000;
/** What a tool counts besides its texts. */
const PER_TOOL = 150;

const known = new WeakMap<readonly RiskTool[], ReadonlyMap<RiskTool, RiskCategory>>();

/**
 * The governing classes of all tools of one list, by definition; found once for the same array. A tool without an entry has no class that
 * the classifier is confident of, or comes after 300,000 characters of definitions, and counts as `execute`.
 */
export function riskOfList(tools: readonly RiskTool[]): ReadonlyMap<RiskTool, RiskCategory> {
  const found = known.get(tools);
  if (found !== undefined) return found;
  const family = familyOf(tools.map(({ name }) => name));
  const risks = new Map<RiskTool, RiskCategory>();
  let characters = 0;
  for (const tool of tools) {
    characters +=
      PER_TOOL + tool.name.length + titleOf(tool).length + Math.min(textOf(tool.description).length, 20_000);
    if (characters > MAX_CHARACTERS) break;
    const risk = governingCategory(classify(tool, family));
    if (risk !== undefined) risks.set(tool, risk);
  }
  known.set(tools, risks);
  return risks;
}
