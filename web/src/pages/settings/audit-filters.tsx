import { Button, Group, Select } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import type { AuditEvent, AuditFilter } from '../../api/audit.ts';
import { useApiKeys, useMembers } from '../../api/people.ts';
import { useMay } from '../../shell/rights.tsx';
import { actionWords, KNOWN_ACTIONS } from './audit-words.ts';

interface AuditFiltersProps {
  readonly filter: AuditFilter;
  /** What is shown now: whoever did something in it can be chosen, members or not. */
  readonly items: readonly AuditEvent[];
  readonly onChange: (filter: AuditFilter) => void;
}

/** Narrows the log to one kind of event, or to one who did it. */
export function AuditFilters({ filter, items, onChange }: AuditFiltersProps): ReactNode {
  const { action, actor } = filter;
  const actors = useActors(items, actor);
  const actions = useMemo(() => actionChoices(items, action), [items, action]);
  const choose = (next: {
    readonly action?: string | undefined;
    readonly actor?: string | undefined;
  }): void =>
    onChange({
      ...(next.action !== undefined && { action: next.action }),
      ...(next.actor !== undefined && { actor: next.actor }),
    });
  return (
    <Group align="flex-end" gap="sm">
      <Select
        flex="1 1 14rem"
        label="Who"
        placeholder="Everybody"
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'Everybody' }}
        nothingFoundMessage="Nobody of this name"
        data={actors}
        value={actor ?? null}
        onChange={(chosen) => choose({ action, actor: chosen ?? undefined })}
      />
      <Select
        flex="1 1 16rem"
        label="What"
        placeholder="Everything"
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'Everything' }}
        nothingFoundMessage="No such kind of event"
        data={actions}
        value={action ?? null}
        onChange={(chosen) => choose({ action: chosen ?? undefined, actor })}
      />
      {(action !== undefined || actor !== undefined) && (
        <Button variant="default" onClick={() => onChange({})}>
          Show all
        </Button>
      )}
    </Group>
  );
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

function useActors(items: readonly AuditEvent[], chosen: string | undefined): Choice[] {
  const members = useMembers(useMay('members:read')).data;
  const keys = useApiKeys(useMay('members:write')).data;
  return useMemo(() => {
    const labels = new Map<string, string>();
    if (chosen !== undefined) labels.set(chosen, chosen);
    for (const { actor, actorLabel } of items) labels.set(actor, actorLabel);
    for (const { items: page } of keys?.pages ?? [])
      for (const { id, label } of page) labels.set(`key:${id}`, label);
    for (const { items: page } of members?.pages ?? [])
      for (const { user, name, email } of page) labels.set(`user:${user}`, `${name} (${email})`);
    return [...labels]
      .map(([value, label]) => ({ value, label: value.startsWith('key:') ? `API key ${label}` : label }))
      .toSorted((a, b) => a.label.localeCompare(b.label));
  }, [items, members, keys, chosen]);
}

function actionChoices(items: readonly AuditEvent[], chosen: string | undefined): Choice[] {
  const names = new Set([...KNOWN_ACTIONS, ...items.map(({ action }) => action)]);
  if (chosen !== undefined) names.add(chosen);
  return [...names].map((value) => {
    const words = actionWords(value);
    return { value, label: words.charAt(0).toUpperCase() + words.slice(1) };
  });
}
