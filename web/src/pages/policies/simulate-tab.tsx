import { Anchor, Button, Group, List, Paper, Select, Stack, Table, Text, Title } from '@mantine/core';
import { useId, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useSimulate, type Simulation } from '../../api/policy-trials.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { inert } from '../../parts/inert.ts';
import { Notice } from '../../parts/notice.tsx';
import { OutcomeBadge } from '../../parts/outcome-badge.tsx';
import { Problem } from '../../parts/problem.tsx';
import { SegmentedControl } from '../../parts/segmented-control.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { useMay } from '../../shell/rights.tsx';
import { useWorkbench } from './workbench.ts';

const HOUR_MS = 3_600_000;
const SPANS = [
  { value: '24', label: 'the last 24 hours' },
  { value: '168', label: 'the last 7 days' },
  { value: '720', label: 'the last 30 days' },
];

/** The calls that were really made, decided anew by this text: what would change, before anybody is surprised. */
export function SimulateTab(): ReactNode {
  const { name, text, reading } = useWorkbench();
  const [hours, setHours] = useState('168');
  const [calls, setCalls] = useState<'policy' | 'server'>('policy');
  const simulate = useSimulate(name);
  const ran = simulate.variables;
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        Decides recorded calls again with this text. Nothing is called, and nothing in the log changes.
      </Text>
      <Group align="flex-end" gap="sm">
        <Select
          label="Calls of"
          w={180}
          allowDeselect={false}
          data={SPANS}
          value={hours}
          onChange={(next) => next !== null && setHours(next)}
        />
        <SegmentedControl
          aria-label="Which calls"
          value={calls}
          data={[
            { value: 'policy', label: 'Grants with this policy' },
            { value: 'server', label: 'All of the server' },
          ]}
          onChange={(next) => setCalls(next)}
        />
        <Button
          loading={simulate.isPending}
          disabled={!reading.ok}
          onClick={() =>
            simulate.mutate({
              document: text,
              calls,
              since: new Date(Date.now() - Number(hours) * HOUR_MS).toISOString(),
            })
          }
        >
          Simulate
        </Button>
      </Group>
      {simulate.error && <Problem error={simulate.error} />}
      {simulate.data && (
        <Stack aria-live="polite">
          {ran?.document !== text && (
            <Notice tone="medium">The text has changed since. Simulate again to see what it does now.</Notice>
          )}
          <Result result={simulate.data} />
        </Stack>
      )}
    </Stack>
  );
}

function Result({ result }: { readonly result: Simulation }): ReactNode {
  if (result.calls === 0)
    return (
      <EmptyState title="No calls in that time">
        Take a longer time, or all calls of the server instead of those of grants with this policy.
      </EmptyState>
    );
  return (
    <>
      <Paper withBorder p="sm">
        <Text fw={600}>
          {result.changed === 0
            ? 'No judged call would have another outcome.'
            : `${result.changed} of ${result.calls} calls would have another outcome.`}
        </Text>
        <Text size="sm" c="dimmed">
          {result.unchanged} the same, {result.unknown} cannot be judged. First call{' '}
          <TimeAgo at={result.from} />.
          {!result.complete && ' There were more calls than are looked at: the earlier ones are missing.'}
        </Text>
        <Totals result={result} />
      </Paper>
      <Changes result={result} />
      <Gaps result={result} />
      {result.notes.length > 0 && (
        <List size="sm" c="dimmed">
          {result.notes.map((note) => (
            <List.Item key={note}>{note}</List.Item>
          ))}
        </List>
      )}
    </>
  );
}

function Totals({ result: { before, after } }: { readonly result: Simulation }): ReactNode {
  return (
    <Table mt="xs" withRowBorders={false} verticalSpacing={2} w="auto">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">Calls</Table.Th>
          <Table.Th scope="col">As it was</Table.Th>
          <Table.Th scope="col">With this text</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {(['allow', 'hold', 'deny'] as const).map((outcome) => (
          <Table.Tr key={outcome}>
            <Table.Th scope="row">
              <OutcomeBadge outcome={outcome} />
            </Table.Th>
            <Table.Td>{before[outcome]}</Table.Td>
            <Table.Td>{after[outcome]}</Table.Td>
          </Table.Tr>
        ))}
        {after.unknown > 0 && (
          <Table.Tr>
            <Table.Th scope="row" fw={400}>
              Cannot be judged
            </Table.Th>
            <Table.Td>–</Table.Td>
            <Table.Td>{after.unknown}</Table.Td>
          </Table.Tr>
        )}
      </Table.Tbody>
    </Table>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <Title order={2} size="h4" mb="xs" id={id}>
        {title}
      </Title>
      {children}
    </section>
  );
}

function Changes({ result: { changes } }: { readonly result: Simulation }): ReactNode {
  if (changes.length === 0) return null;
  const byTool = new Map<string, Simulation['changes'][number][]>();
  for (const change of changes) byTool.set(change.subject, [...(byTool.get(change.subject) ?? []), change]);
  return (
    <Part title="What changes">
      <Stack gap="xs">
        {[...byTool].map(([subject, list]) => (
          <Paper key={subject} withBorder p="sm">
            <Text fw={600} className="mono">
              {inert(subject, 200)}
            </Text>
            {list.map(({ before, after, count }) => (
              <Group key={`${before.outcome} ${before.rule} ${after.outcome} ${after.rule}`} gap="xs" mt={4}>
                <Text size="sm">{count === 1 ? '1 call' : `${count} calls`}</Text>
                <OutcomeBadge outcome={before.outcome} />
                <Text span aria-hidden>
                  →
                </Text>
                <OutcomeBadge outcome={after.outcome} />
                <Text size="xs" c="dimmed" className="mono">
                  {inert(before.rule, 120)} → {inert(after.rule, 120)}
                </Text>
              </Group>
            ))}
          </Paper>
        ))}
      </Stack>
    </Part>
  );
}

function Gaps({ result: { gaps, captured } }: { readonly result: Simulation }): ReactNode {
  const { server } = useWorkbench().name;
  const mayKeep = useMay('servers:write');
  if (gaps.length === 0) return null;
  return (
    <Part title="What cannot be judged">
      <List size="sm">
        {gaps.map(({ subject, rule, reason, count }) => (
          <List.Item key={`${subject} ${rule} ${reason}`}>
            <span className="mono">{inert(subject, 200)}</span>, {count === 1 ? '1 call' : `${count} calls`}:{' '}
            {inert(reason)}
          </List.Item>
        ))}
      </List>
      {!captured && mayKeep && (
        <Text size="sm" mt="xs">
          Later calls can be judged when the server keeps their arguments for some days: “Keep the arguments
          of calls”, in the{' '}
          <Anchor
            component={Link}
            to={`/servers/${encodeURIComponent(server)}/settings`}
            size="sm"
            underline="always"
          >
            settings of the server
          </Anchor>
          .
        </Text>
      )}
    </Part>
  );
}
