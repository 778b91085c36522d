import { useMemo } from 'react';
import type { PolicyName, PolicyTool } from '../../api/policies.ts';
import { knownTools, readText } from '../../builder/model.ts';
import type { Place } from '../../builder/place.ts';
import { useChecks } from './use-checks.ts';
import type { PolicyText } from './use-text.ts';
import type { Workbench } from './workbench.ts';

const NO_TOOLS: readonly PolicyTool[] = [];

interface Parts {
  readonly name: PolicyName;
  readonly policyText: PolicyText;
  readonly tools: readonly PolicyTool[] | undefined;
  readonly inForceText: string | undefined;
  readonly mayEdit: boolean;
  readonly show: (place: Place) => void;
}

/** Puts together what the parts of the builder share. */
export function useWorkbenchValue({ name, policyText, tools, inForceText, mayEdit, show }: Parts): Workbench {
  const { shown: text, reading, document, policy, edit } = policyText;
  const { findings, classes } = useChecks(text, tools);
  const list = tools ?? NO_TOOLS;
  const known = useMemo(() => knownTools(list, classes), [list, classes]);
  const toolOf = useMemo(() => firstByName(list), [list]);
  const inForce = useMemo(() => {
    if (inForceText === undefined) return undefined;
    const read = readText(inForceText, name.policy);
    return read.ok ? read.policy : undefined;
  }, [inForceText, name.policy]);
  return useMemo(
    () => ({
      name,
      text,
      reading,
      document,
      policy,
      inForce,
      tools: list,
      hasTools: tools !== undefined,
      toolOf,
      known,
      findings,
      mayEdit,
      canEdit: mayEdit && reading.ok,
      edit,
      show,
    }),
    [
      name,
      text,
      reading,
      document,
      policy,
      inForce,
      list,
      tools,
      toolOf,
      known,
      findings,
      mayEdit,
      edit,
      show,
    ],
  );
}

function firstByName(tools: readonly PolicyTool[]): ReadonlyMap<string, PolicyTool> {
  const found = new Map<string, PolicyTool>();
  for (const tool of tools) if (!found.has(tool.name)) found.set(tool.name, tool);
  return found;
}
