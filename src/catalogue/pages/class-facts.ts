import { effectOfPolicy, validatePolicy } from '#policy';
import { recommendPolicy, riskLevelOf } from '#risk';
import type { CatalogueCategory, CatalogueLevel, CategoryCounts } from '#store';
import { CATEGORIES_BY_DANGER } from './phrases.ts';

/** What is true of every tool of a class, in sentences. */
interface ClassFacts {
  readonly meaning: string;
  /** What can go wrong with it. */
  readonly harm: string;
}

const FACTS: Readonly<Record<CatalogueCategory, ClassFacts>> = {
  read: {
    meaning: 'Looks, and leaves everything as it was.',
    harm: 'What remains is what it shows: text that an agent may take for instructions, and data that another tool may carry away.',
  },
  write: {
    meaning: 'Changes something that can be changed back.',
    harm: 'One call is easily repaired. A thousand, at the pace of a loop, are not.',
  },
  execute: {
    meaning: 'Sets something going that takes its own course: code, a message, another system.',
    harm: 'What happens depends on the arguments, and is out of reach once it has begun.',
  },
  destructive: {
    meaning: 'Takes something away that does not come back by itself.',
    harm: 'One wrong call is enough, and no later rule repairs it.',
  },
  financial: {
    meaning: 'Moves money, or commits to paying it.',
    harm: 'The loss is there when the call returns.',
  },
  unknown: {
    meaning: 'Its definition does not tell what it does.',
    harm: 'It is not taken for harmless: until someone knows better it is treated as Execute.',
  },
};

/** What tools of a class do, in one sentence. */
export function meaningOf(category: CatalogueCategory): string {
  return FACTS[category].meaning;
}

/** What can go wrong with tools of a class. */
export function harmOf(category: CatalogueCategory): string {
  return FACTS[category].harm;
}

/** The level of a class; what is unknown counts as what executes. */
export function levelOf(category: CatalogueCategory): CatalogueLevel {
  return riskLevelOf(category === 'unknown' ? 'execute' : category);
}

/** The classes of a level, worst first. */
export function classesOf(level: CatalogueLevel): readonly CatalogueCategory[] {
  return CATEGORIES_BY_DANGER.filter((category) => levelOf(category) === level);
}

/** Tools of a level. */
export function countOfLevel(counts: CategoryCounts, level: CatalogueLevel): number {
  return classesOf(level).reduce((sum, category) => sum + counts[category], 0);
}

/** A recommended policy with one tool of the class, named `tool`. */
export function policyOfClass(category: CatalogueCategory, tool = 'tool_name'): object {
  return recommendPolicy([{ name: tool, category }]);
}

/** What the recommended rule does to a tool of the class, in the engine's words. */
export function effectOfClass(category: CatalogueCategory): string {
  const name = 'tool_name';
  const read = validatePolicy(policyOfClass(category, name));
  if (!read.ok) throw new Error(`the recommended policy is not valid: ${read.problems[0]?.message}`);
  return effectOfPolicy(read.document, name);
}
