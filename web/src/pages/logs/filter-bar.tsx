import { Button, Collapse, Group, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { SlidersHorizontal, X } from 'lucide-react';
import { memo, useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { OUTCOMES, useGrantLabels, useServerNames } from '../../api/logs.ts';
import { FilterSelect } from '../../parts/filter-select.tsx';
import { inertName } from '../../parts/inert.ts';
import { outcomeWord } from '../../parts/outcome-badge.tsx';
import { TimeField } from '../../parts/time-field.tsx';
import { countOf, SPANS, type LogView } from './filter-address.ts';
import classes from './logs.module.css';

/** What can be suggested to filter by, because it was there. */
export interface SeenNames {
  readonly tools: readonly string[];
  readonly rules: readonly string[];
}

interface BarProps {
  readonly view: LogView;
  readonly change: (part: LogView) => void;
  readonly clear: () => void;
  readonly seen: SeenNames;
  readonly isNarrow: boolean;
}

/** What narrows the log. On a phone it opens on demand. */
export function FilterBar({ view, change, clear, seen, isNarrow }: BarProps): ReactNode {
  const [isOpen, { toggle }] = useDisclosure(false);
  const count = countOf(view);
  const clearButton = count > 0 && (
    <Button variant="subtle" size="compact-sm" leftSection={<X size={14} aria-hidden />} onClick={clear}>
      Clear {count === 1 ? 'the filter' : `${count} filters`}
    </Button>
  );
  if (!isNarrow) {
    return (
      <div role="search" aria-label="Filter decisions">
        <Fields view={view} change={change} seen={seen} />
        {clearButton && <Group mt="xs">{clearButton}</Group>}
      </div>
    );
  }
  return (
    <div role="search" aria-label="Filter decisions">
      <Group justify="space-between">
        <Button
          variant="default"
          leftSection={<SlidersHorizontal size={16} aria-hidden />}
          aria-expanded={isOpen}
          onClick={toggle}
        >
          {count === 0 ? 'Filters' : `Filters (${count})`}
        </Button>
        {clearButton}
      </Group>
      <Collapse expanded={isOpen}>
        <div style={{ paddingTop: 12 }}>
          <Fields view={view} change={change} seen={seen} />
        </div>
      </Collapse>
    </div>
  );
}

/** Each field is drawn anew only when its own part changes: they are the most of what the page draws. */
function Fields({ view, change, seen }: Pick<BarProps, 'view' | 'change' | 'seen'>): ReactNode {
  const { server, grant, tool, outcome, rule } = view;
  return (
    <div className={classes['filters']}>
      <ServerField server={server} change={change} />
      <GrantField server={server} grant={grant} change={change} />
      <NameField
        part="tool"
        label="Tool"
        placeholder="Exact name"
        value={tool}
        names={seen.tools}
        change={change}
      />
      <OutcomeField outcome={outcome} change={change} />
      <NameField
        part="rule"
        label="Rule"
        placeholder="(default deny)"
        value={rule}
        names={seen.rules}
        change={change}
      />
      <SpanFields view={view} change={change} />
    </div>
  );
}

type Change = BarProps['change'];

const ServerField = memo(function ServerField({
  server: chosen,
  change,
}: {
  readonly server: string | undefined;
  readonly change: Change;
}): ReactNode {
  const { data: servers = [] } = useServerNames();
  return (
    <FilterSelect
      label="Server"
      all="All servers"
      data={servers.map(({ id, name }) => ({ value: id, label: inertName(name) }))}
      value={chosen}
      onChange={(server) => change({ server })}
    />
  );
});

function GrantField({
  server,
  grant,
  change,
}: {
  readonly server: string | undefined;
  readonly grant: string | undefined;
  readonly change: Change;
}): ReactNode {
  const { data: grants = NO_NAMES } = useGrantLabels(server);
  return (
    <NameField
      part="grant"
      label="Grant"
      placeholder="Label or id"
      value={grant}
      names={grants}
      change={change}
    />
  );
}

const NO_NAMES: readonly string[] = [];

const OutcomeField = memo(function OutcomeField({
  outcome: chosen,
  change,
}: {
  readonly outcome: string | undefined;
  readonly change: Change;
}): ReactNode {
  return (
    <FilterSelect
      label="Outcome"
      all="Any outcome"
      data={OUTCOMES.map((value) => ({ value, label: outcomeWord(value) }))}
      value={chosen}
      onChange={(outcome) => change({ outcome })}
    />
  );
});

const CUSTOM = 'custom';
const TIMES = [
  ...SPANS.map(({ value, label }) => ({ value, label })),
  { value: CUSTOM, label: 'From … to …' },
];

const SpanFields = memo(function SpanFields({ view, change }: Pick<BarProps, 'view' | 'change'>): ReactNode {
  const hasTimes = view.since !== undefined || view.until !== undefined;
  const [isCustom, setCustom] = useState(hasTimes);
  const value = hasTimes || isCustom ? CUSTOM : view.last;
  return (
    <>
      <FilterSelect
        label="Time"
        all="Any time"
        data={TIMES}
        value={value}
        onChange={(span) => {
          setCustom(span === CUSTOM);
          change({ last: span === CUSTOM ? undefined : span, since: undefined, until: undefined });
        }}
      />
      {value === CUSTOM && (
        <>
          <TimeField
            label="From"
            value={view.since}
            onChange={(since) => change({ since, last: undefined })}
          />
          <TimeField
            label="Before"
            value={view.until}
            onChange={(until) => change({ until, last: undefined })}
          />
        </>
      )}
    </>
  );
});

const MOST_SUGGESTED = 50;

/** A name that must be exact: it counts when it is chosen, or done with, not with every letter. */
const NameField = memo(function NameField({
  part,
  label,
  placeholder,
  value = '',
  names,
  change,
}: {
  readonly part: 'grant' | 'tool' | 'rule';
  readonly label: string;
  readonly placeholder: string;
  readonly value: string | undefined;
  readonly names: readonly string[];
  readonly change: Change;
}): ReactNode {
  const [text, setText] = useState(value);
  const listed = useId();
  const kept = useRef(value);
  useEffect(() => {
    if (value !== kept.current) setText(value);
    kept.current = value;
  }, [value]);
  const keep = (given: string): void => {
    const name = given.trim();
    if (name === kept.current) return;
    kept.current = name;
    change({ [part]: name === '' ? undefined : name });
  };
  return (
    <>
      <TextInput
        label={label}
        placeholder={placeholder}
        type="search"
        list={listed}
        autoCapitalize="off"
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        value={text}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value);
          // taken from the list, or taken away
          if (currentTarget.value === '' || names.includes(currentTarget.value)) keep(currentTarget.value);
        }}
        onBlur={() => keep(text)}
        onKeyDown={(event) => event.key === 'Enter' && keep(event.currentTarget.value)}
      />
      <datalist id={listed}>
        {names
          .filter((name) => name.includes(text) && isPlain(name))
          .slice(0, MOST_SUGGESTED)
          .map((name) => (
            <option key={name} value={name} />
          ))}
      </datalist>
    </>
  );
});

/** A name with letters that cannot be seen is not shown where it would be shown as it is. */
function isPlain(name: string): boolean {
  return inertName(name) === name;
}
