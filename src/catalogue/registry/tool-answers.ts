import { effectOfPolicy, validatePolicy } from '#policy';
import { attacksFor, isNameable, recommendPolicy, recommendRule, type SignalKind } from '#risk';
import type { ToolEntry } from '#store';
import { CATEGORIES_BY_DANGER, LEVELS_BY_DANGER } from '../pages/phrases.ts';
import type { Answer } from './answers.ts';
import { toolLinks } from './links.ts';

/** A tool as a list has it. */
export function toolSummary(entry: ToolEntry): Answer<'ToolSummary'> {
  const { server, tool, level, summary } = entry;
  return {
    server,
    name: tool.name,
    slug: tool.slug,
    category: tool.category,
    level,
    confidence: tool.confidence,
    summary,
    recommended: recommendation(entry),
    links: toolLinks(entry),
  };
}

/** All that is known of a tool. */
export function toolRecord(entry: ToolEntry): Answer<'ToolRecord'> {
  const { name: _name, slug: _slug, category, confidence: _confidence, ...facts } = entry.tool;
  const attacks = attacksFor({
    category,
    signals: facts.parameters.flatMap(({ signal }) => (signal === undefined ? [] : [signal as SignalKind])),
    hasHiddenText: facts.hasHiddenText === true,
  });
  return {
    ...toolSummary(entry),
    ...facts,
    attacks: attacks.map(({ slug, title }) => ({ slug, title, page: `/attacks/${slug}` })),
  };
}

/** Tools with the most dangerous first; among equals the server's own order stays. */
export function riskiestFirst(entries: readonly ToolEntry[]): readonly ToolEntry[] {
  const danger = ({ level, tool }: ToolEntry): number =>
    LEVELS_BY_DANGER.indexOf(level) * CATEGORIES_BY_DANGER.length +
    CATEGORIES_BY_DANGER.indexOf(tool.category);
  return entries.toSorted((a, b) => danger(a) - danger(b));
}

/** Tools of one class are treated alike, so that the engine is asked once for each class. */
const effects = new Map<string, string>();

function recommendation({ tool }: ToolEntry): Answer<'Recommendation'> {
  const canBeNamed = isNameable(tool.name);
  const kind = canBeNamed ? tool.category : 'unnameable';
  const effect = effects.get(kind) ?? effectOn(tool);
  effects.set(kind, effect);
  return canBeNamed ? { rule: recommendRule(tool), effect } : { effect };
}

function effectOn(tool: ToolEntry['tool']): string {
  const read = validatePolicy(recommendPolicy([tool]));
  if (read.ok) return effectOfPolicy(read.document, tool.name);
  throw new Error(`the recommended policy is not valid: ${read.problems[0]?.message}`);
}
