import type { PolicyDocument } from '#policy';
import type { PolicyTool } from '../../api/policies.ts';
import { stateOf, type ToolState } from '../../builder/tool-state.ts';
import { matching, type ToolFilter } from '../../parts/tool-filter.tsx';

/** What narrows the list of tools. */
export interface RuleFilter extends ToolFilter {
  readonly state: ToolState | 'own' | 'changed' | '';
}

export const NO_FILTER: RuleFilter = { words: '', categories: [], state: '' };

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

/** The tools that a filter lets through, in their order. */
export function filterTools(
  tools: readonly PolicyTool[],
  document: PolicyDocument,
  { state, ...filter }: RuleFilter,
): readonly PolicyTool[] {
  const found = matching(tools, filter);
  if (state === '') return found;
  if (state === 'changed') return found.filter(({ pin }) => pin === 'changed' || pin === 'new');
  return found.filter(({ name }) => hasState(stateOf(document, name), state));
}

function hasState(state: ToolState, wanted: ToolState | 'own'): boolean {
  return wanted === 'own' ? state !== 'none' : state === wanted;
}
