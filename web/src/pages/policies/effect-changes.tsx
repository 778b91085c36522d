import { Button, Stack, Table, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { Effect, EffectChange } from '../../builder/effect.ts';
import { inertName } from '../../parts/inert.ts';
import classes from './effect-changes.module.css';
import { useWorkbench } from './workbench.ts';
import { RiskBadge } from '../../parts/risk-badge.tsx';

const FEW = 12;

/** What becomes of each tool that is treated differently: before and after, in the engine's words. */
export function EffectChanges({ changes }: { readonly changes: readonly EffectChange[] }): ReactNode {
  const { toolOf } = useWorkbench();
  const [isWhole, setWhole] = useState(false);
  if (changes.length === 0) return <Text size="sm">No tool of the server is treated differently.</Text>;
  const shown = isWhole ? changes : changes.slice(0, FEW);
  return (
    <Stack gap="xs">
      <Table layout="fixed" verticalSpacing={4} className={classes['table']}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Tool</Table.Th>
            <Table.Th scope="col">Before</Table.Th>
            <Table.Th scope="col">After</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map(({ tool, before, after }) => (
            <Table.Tr key={tool} style={{ verticalAlign: 'top' }}>
              <Table.Th scope="row" fw={400}>
                <span className="mono">{inertName(tool, 120)}</span>{' '}
                <RiskBadge category={toolOf.get(tool)?.risk.category ?? 'unknown'} />
              </Table.Th>
              <Table.Td data-label="Before">
                <EffectText effect={before} />
              </Table.Td>
              <Table.Td data-label="After">
                <EffectText effect={after} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {changes.length > shown.length && (
        <Button size="compact-sm" variant="subtle" onClick={() => setWhole(true)}>
          Show all {changes.length}
        </Button>
      )}
    </Stack>
  );
}

function EffectText({ effect }: { readonly effect: Effect | undefined }): ReactNode {
  if (effect === undefined)
    return (
      <Text size="xs" c="dimmed">
        nothing in force
      </Text>
    );
  return (
    <Text size="xs">
      {effect.sentence}
      {effect.questions.map((question) => (
        <Text key={question} span display="block" size="xs" c="dimmed">
          {question}
        </Text>
      ))}
    </Text>
  );
}
