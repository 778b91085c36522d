import { Button, Group, SimpleGrid, Stack } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import type { AuditEvent, AuditFilter } from '../../api/audit.ts';
import { useApiKeys, useMembers } from '../../api/people.ts';
import { FilterSelect } from '../../parts/filter-select.tsx';
import { inertName } from '../../parts/inert.ts';
import { capital } from '../../parts/sentence.ts';
import { TimeField } from '../../parts/time-field.tsx';
import { useMay } from '../../shell/rights.tsx';
import { actionWords, detailOf, KNOWN_ACTIONS, targetWords } from './audit-words.ts';

const LONGEST_NAME = 100;

interface AuditFiltersProps {
  readonly filter: AuditFilter;
  /** What is shown now: whoever did something in it, and what it was done to, can be chosen, there still or not. */
  readonly items: readonly AuditEvent[];
  readonly onChange: (filter: AuditFilter) => void;
}

/** Narrows the log: to who did it, to one kind of event, to what it was done to, to a span of time. */
export function AuditFilters({ filter, items, onChange }: AuditFiltersProps): ReactNode {
  const { action, actor, target, since, until } = filter;
  const actors = useActors(items);
  const actions = useMemo(() => actionChoices(items, action), [items, action]);
  const targets = useMemo(() => targetChoices(items), [items]);
  const choose = (name: keyof AuditFilter, value: string | undefined): void => {
    const { [name]: _before, ...others } = filter;
    onChange({ ...others, ...(value !== undefined && { [name]: value }) });
  };
  return (
    <Stack gap="sm" role="search" aria-label="Filter events">
      <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }} spacing="sm" verticalSpacing="xs">
        <FilterSelect
          label="Who"
          all="Everybody"
          data={actors}
          value={actor}
          onChange={(chosen) => choose('actor', chosen)}
        />
        <FilterSelect
          label="What"
          all="Everything"
          data={actions}
          value={action}
          onChange={(chosen) => choose('action', chosen)}
        />
        <FilterSelect
          label="On what"
          all="Anything"
          data={targets}
          value={target}
          onChange={(chosen) => choose('target', chosen)}
        />
        <TimeField label="From" value={since} onChange={(at) => choose('since', at)} />
        <TimeField label="Before" value={until} onChange={(at) => choose('until', at)} />
      </SimpleGrid>
      {Object.keys(filter).length > 0 && (
        <Group>
          <Button variant="default" size="xs" onClick={() => onChange({})}>
            Show all
          </Button>
        </Group>
      )}
    </Stack>
  );
}

interface Choosable {
  readonly value: string;
  readonly label: string;
}

function useActors(items: readonly AuditEvent[]): readonly Choosable[] {
  const members = useMembers(useMay('members:read')).data;
  const keys = useApiKeys(useMay('members:write')).data;
  return useMemo(() => {
    const labels = new Map<string, string>();
    for (const { actor, actorLabel } of items) labels.set(actor, actorLabel);
    for (const { items: page } of keys?.pages ?? [])
      for (const { id, label } of page) labels.set(`key:${id}`, label);
    for (const { items: page } of members?.pages ?? [])
      for (const { user, name, email } of page) labels.set(`user:${user}`, `${name} (${email})`);
    return [...labels]
      .map(([value, label]) => ({ value, label: value.startsWith('key:') ? `API key ${label}` : label }))
      .toSorted((a, b) => a.label.localeCompare(b.label));
  }, [items, members, keys]);
}

function actionChoices(items: readonly AuditEvent[], chosen: string | undefined): readonly Choosable[] {
  const names = new Set([...KNOWN_ACTIONS, ...items.map(({ action }) => action)]);
  if (chosen !== undefined) names.add(chosen);
  return [...names].map((value) => ({ value, label: capital(actionWords(value)) }));
}

/** The newest name of each, behind what it is: "Policy crm/main". */
function targetChoices(items: readonly AuditEvent[]): readonly Choosable[] {
  const labels = new Map<string, string>();
  for (const { target, detail } of items) {
    if (labels.has(target)) continue;
    const kind = target.slice(0, target.indexOf(':')).replaceAll('_', ' ');
    labels.set(target, inertName(`${capital(kind)} ${targetWords(target, detailOf(detail))}`, LONGEST_NAME));
  }
  return [...labels]
    .map(([value, label]) => ({ value, label }))
    .toSorted((a, b) => a.label.localeCompare(b.label));
}
