import { useCallback, type ReactNode } from 'react';
import { isNameable } from '#risk';
import type { PolicyTool } from '../../api/policies.ts';
import { CHOICES, chooseFor, type ToolChoice, type ToolState } from '../../builder/tool-state.ts';
import { inertName } from '../../parts/inert.ts';
import { SegmentedControl } from '../../parts/segmented-control.tsx';
import { capital } from '../../parts/sentence.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import { STATE_WORDS } from './tool-filter.ts';
import { useWorkbench } from './workbench.ts';

const DATA: { value: ToolState; label: string }[] = CHOICES.map((choice) => ({
  value: choice,
  label: capital(choice),
}));

/** Changes what the policy says of tools by their names. Always the same function. */
export function useChoose(): (tools: readonly PolicyTool[], choice: ToolChoice) => void {
  const { edit } = useWorkbench();
  return useCallback(
    (tools: readonly PolicyTool[], choice: ToolChoice) => {
      const named = tools
        .filter(({ name }) => isNameable(name))
        .map(({ name, risk: { category } }) => ({ name, category }));
      edit((text, document) => chooseFor(text, document, named, choice));
    },
    [edit],
  );
}

/** What the policy says of one tool by its name: nothing is chosen where it says nothing. */
export function ChoiceControl({
  name,
  state,
  mayEdit,
  canEdit,
  choose,
}: {
  readonly name: string;
  readonly state: ToolState;
  readonly mayEdit: boolean;
  readonly canEdit: boolean;
  readonly choose: (choice: ToolState) => void;
}): ReactNode {
  if (!mayEdit) return state === 'none' ? null : <StateBadge tone="unknown">{STATE_WORDS[state]}</StateBadge>;
  return (
    <SegmentedControl
      size="xs"
      aria-label={`Rule for ${inertName(name, 120)}`}
      readOnly={!canEdit}
      disabled={!isNameable(name)}
      title={
        isNameable(name)
          ? undefined
          : 'A policy cannot name this tool: use a pattern or a rule for its class.'
      }
      value={state === 'none' ? '' : state}
      data={DATA}
      onChange={choose}
    />
  );
}
