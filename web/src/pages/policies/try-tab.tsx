import { JsonInput, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState, type ReactNode } from 'react';
import { useTrial } from '../../api/policy-trials.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { inert, inertName } from '../../parts/inert.ts';
import { Problem } from '../../parts/problem.tsx';
import { SegmentedControl } from '../../parts/segmented-control.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { ArgumentsForm, type Arguments } from './arguments-form.tsx';
import { VerdictCard } from './verdict-card.tsx';
import { useWorkbench } from './workbench.ts';

/** A call that nobody makes: what the policy in force and this text would say of it. */
export function TryTab(): ReactNode {
  const { tools, toolOf } = useWorkbench();
  const [chosen, setChosen] = useState(() => tools[0]?.name);
  const [args, setArgs] = useState<Arguments>({});
  const [way, setWay] = useState<'form' | 'json'>('form');
  const tool = chosen === undefined ? undefined : toolOf.get(chosen);
  if (tools.length === 0)
    return <EmptyState title="No tool to try">The server lists none, or does not answer.</EmptyState>;
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        Nothing is called and nothing is counted.
      </Text>
      <Select
        label="Tool"
        searchable
        allowDeselect={false}
        value={chosen ?? null}
        data={[...toolOf.keys()].map((name) => ({ value: name, label: inertName(name, 120) }))}
        limit={100}
        onChange={(name) => {
          if (name === null) return;
          setChosen(name);
          setArgs({});
        }}
      />
      <SegmentedControl
        aria-label="How to write the arguments"
        size="xs"
        style={{ alignSelf: 'flex-start' }}
        value={way}
        data={[
          { value: 'form', label: 'Arguments as a form' },
          { value: 'json', label: 'As JSON' },
        ]}
        onChange={(next) => setWay(next)}
      />
      {way === 'form' ? (
        <ArgumentsForm key={chosen} inputSchema={tool?.inputSchema} value={args} change={setArgs} />
      ) : (
        <JsonArguments key={chosen} value={args} change={setArgs} />
      )}
      {chosen !== undefined && <Verdicts tool={chosen} args={args} />}
    </Stack>
  );
}

function JsonArguments({
  value,
  change,
}: {
  readonly value: Arguments;
  readonly change: (next: Arguments) => void;
}): ReactNode {
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const [error, setError] = useState<string>();
  return (
    <JsonInput
      label="Arguments"
      autosize
      minRows={4}
      maxRows={16}
      value={text}
      error={error}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      onChange={(next) => {
        setText(next);
        const read = objectIn(next);
        setError(read === undefined ? 'This is not a JSON object yet; the last one counts.' : undefined);
        if (read !== undefined) change(read);
      }}
    />
  );
}

function objectIn(text: string): Arguments | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Arguments)
      : undefined;
  } catch {
    return undefined;
  }
}

const PAUSE_MS = 200;

/** Decided by the gateway: what checks arguments is made as it runs, which a page may not do. */
function Verdicts({ tool, args }: { readonly tool: string; readonly args: Arguments }): ReactNode {
  const { name, policy, inForce, show } = useWorkbench();
  const [settled] = useDebouncedValue(args, PAUSE_MS);
  const { document } = policy;
  const { data, error, refetch } = useTrial(name, { document, tool, arguments: settled });
  if (data === undefined) {
    return error === null ? (
      <Waiting>Asking what would become of the call</Waiting>
    ) : (
      <Problem error={error} retry={() => void refetch()} />
    );
  }
  const isSame = inForce !== undefined && JSON.stringify(inForce.document) === JSON.stringify(document);
  const after = data.candidate && (
    <VerdictCard
      title={isSame ? 'In force' : 'With this text'}
      policy={policy}
      verdict={data.candidate}
      show={show}
    />
  );
  return (
    <Stack aria-live="polite">
      {data.unavailable !== undefined && (
        <Text size="sm">The arguments are not checked against the tool: {inert(data.unavailable, 300)}</Text>
      )}
      {isSame ? (
        after
      ) : (
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          {inForce === undefined || data.inForce === undefined ? (
            <Text size="sm" c="dimmed">
              Nothing is in force yet: a grant cannot carry this policy before it is published.
            </Text>
          ) : (
            <VerdictCard title="Now in force" policy={inForce} verdict={data.inForce} show={undefined} />
          )}
          {after}
        </SimpleGrid>
      )}
    </Stack>
  );
}
