import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { recommendRule } from '#risk';
import type { ServerTool } from '../../api/servers.ts';
import type { ToolChoice, ToolState } from '../../builder/tool-state.ts';
import { inertName } from '../../parts/inert.ts';

const CHOICES = [
  { value: 'allow', label: 'Allow' },
  { value: 'approve', label: 'Ask a person' },
  { value: 'deny', label: 'Deny' },
  { value: 'hide', label: 'Hide' },
] as const;

/** What becomes of a tool: as recommended for its class, or otherwise. */
export function ToolChoiceSelect({
  tool,
  state,
  onChoose,
}: {
  readonly tool: ServerTool;
  readonly state: ToolState;
  readonly onChoose: (choice: ToolChoice) => void;
}): ReactNode {
  const recommended = recommendedState(tool);
  const others = CHOICES.filter(({ value }) => value !== recommended);
  const chosen = others.find(({ value }) => value === state);
  return (
    <NativeSelect
      aria-label={`What happens to ${inertName(tool.name)}`}
      size="xs"
      data={[{ value: 'recommended', label: 'As recommended' }, ...others]}
      value={chosen?.value ?? 'recommended'}
      onChange={({ currentTarget: { value } }) =>
        onChoose(others.find((one) => one.value === value)?.value ?? 'recommended')
      }
    />
  );
}

/** Which of the choices the recommended rule is; none where it has limits. */
function recommendedState({ name, risk: { category } }: ServerTool): ToolState {
  const rule = recommendRule({ name, category });
  if (rule === 'hide') return 'hide';
  if (rule.limits !== undefined) return 'custom';
  return rule.action === 'require_approval' ? 'approve' : 'allow';
}
