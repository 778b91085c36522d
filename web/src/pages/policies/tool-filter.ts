import type { PolicyDocument } from '#policy';
import type { PolicyTool } from '../../api/policies.ts';
import { stateOf, type ToolState } from '../../builder/tool-state.ts';
import type { Category } from '../../parts/risk-badge.tsx';

/** What narrows the list of tools. */
export interface ToolFilter {
  readonly words: string;
  readonly categories: readonly Category[];
  readonly state: ToolState | 'own' | 'changed' | '';
}

export const NO_FILTER: ToolFilter = { words: '', categories: [], state: '' };

export const STATE_WORDS: Readonly<Record<ToolState | 'own' | 'changed', string>> = {
  none: 'No rule of its own',
  own: 'Any rule of its own',
  allow: 'Allow',
  deny: 'Deny',
  hide: 'Hide',
  approve: 'Approve',
  custom: 'Custom',
  changed: 'Definition not accepted',
};

/** The tools that a filter lets through, in their order. Every word must stand in name, title or description. */
export function filterTools(
  tools: readonly PolicyTool[],
  document: PolicyDocument,
  { words, categories, state }: ToolFilter,
): readonly PolicyTool[] {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return tools.filter((tool) => {
    const { name, title = '', description = '', risk, pin } = tool;
    if (categories.length > 0 && !categories.includes(risk.category)) return false;
    if (state === 'changed' && pin !== 'changed' && pin !== 'new') return false;
    if (state !== '' && state !== 'changed' && !hasState(stateOf(document, name), state)) return false;
    if (wanted.length === 0) return true;
    const text = `${name} ${title} ${description}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

function hasState(state: ToolState, wanted: ToolState | 'own'): boolean {
  return wanted === 'own' ? state !== 'none' : state === wanted;
}
