import { ActionIcon, Anchor, Box, Grid, Group, Stack, Tabs, Text, Tooltip } from '@mantine/core';
import { useLocalStorage, useMediaQuery } from '@mantine/hooks';
import type { UseQueryResult } from '@tanstack/react-query';
import { PanelRight } from 'lucide-react';
import { memo, useState, type ReactNode } from 'react';
import type { PolicyTool } from '../../api/policies.ts';
import { Notice } from '../../parts/notice.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { FindingsList, type Fault } from './findings-list.tsx';
import { GeneralTab } from './general-tab.tsx';
import { SimulateTab } from './simulate-tab.tsx';
import { ToolsTab } from './tools-tab.tsx';
import { TryTab } from './try-tab.tsx';
import { WiderTab } from './wider-tab.tsx';
import { useWorkbench } from './workbench.ts';

export type Tab = 'tools' | 'wider' | 'general' | 'try' | 'simulate' | 'versions' | 'json';

const WORDS: Readonly<Record<Tab, string>> = {
  tools: 'Tools',
  wider: 'Wider rules',
  general: 'Settings',
  try: 'Try a call',
  simulate: 'Simulate',
  versions: 'Versions',
  json: 'JSON',
};
/** From here on the text has room beside the forms. */
const WIDE = '(min-width: 75em)';

interface BuilderProps {
  readonly tab: Tab;
  readonly setTab: (tab: Tab) => void;
  readonly tabs: readonly Tab[];
  readonly toolsQuery: UseQueryResult<readonly PolicyTool[]>;
  readonly json: ReactNode;
  readonly versions?: ReactNode;
  readonly goTo: (fault: Fault) => void;
}

/** The forms of a policy and its text: beside each other where there is room, else in turn. */
export function Builder({ tab, setTab, tabs, toolsQuery, json, versions, goTo }: BuilderProps): ReactNode {
  const isWide = useMediaQuery(WIDE, undefined, { getInitialValueInEffect: false });
  const [isBeside, setBeside] = useLocalStorage({
    key: 'toolgate-json-beside',
    defaultValue: true,
    getInitialValueInEffect: false,
  });
  const isSplit = isWide && isBeside;
  const shownTabs = isSplit ? tabs.filter((one) => one !== 'json') : tabs;
  const current = shownTabs.includes(tab) ? tab : 'tools';
  return (
    <Grid gap="md">
      <Grid.Col span={isSplit ? 7 : 12}>
        <Tabs value={current} onChange={(next) => next !== null && setTab(next as Tab)} keepMounted={false}>
          <Group mb="sm" gap="sm" wrap="nowrap">
            <Tabs.List flex={1}>
              {shownTabs.map((one) => (
                <Tabs.Tab key={one} value={one} px="sm">
                  {WORDS[one]}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {isWide && (
              <Tooltip label={isBeside ? 'Forms only' : 'The JSON beside the forms'}>
                <ActionIcon
                  variant={isBeside ? 'light' : 'default'}
                  size="lg"
                  aria-label="JSON beside the forms"
                  aria-pressed={isBeside}
                  onClick={() => setBeside(!isBeside)}
                >
                  <PanelRight size={18} />
                </ActionIcon>
              </Tooltip>
            )}
          </Group>
          <Remarks goTo={goTo} />
          {shownTabs.map((one) => (
            <Tabs.Panel key={one} value={one}>
              {one === 'json' ? (
                <Box h="calc(100dvh - 15rem)">{json}</Box>
              ) : one === 'versions' ? (
                versions
              ) : (
                <Panel tab={one} toolsQuery={toolsQuery} />
              )}
            </Tabs.Panel>
          ))}
        </Tabs>
      </Grid.Col>
      {isSplit && (
        <Grid.Col span={5}>
          <Box pos="sticky" top={72} h="calc(100dvh - 6rem)">
            {json}
          </Box>
        </Grid.Col>
      )}
    </Grid>
  );
}

/** Drawn anew only when something in it changes, not with every letter of the text. */
const Panel = memo(function Panel({
  tab,
  toolsQuery,
}: {
  readonly tab: Tab;
  readonly toolsQuery: UseQueryResult<readonly PolicyTool[]>;
}): ReactNode {
  if ((tab === 'tools' || tab === 'try') && toolsQuery.data === undefined) {
    return toolsQuery.error ? (
      <Problem error={toolsQuery.error} retry={() => void toolsQuery.refetch()} />
    ) : (
      <Waiting>Asking the server for its tools</Waiting>
    );
  }
  switch (tab) {
    case 'wider':
      return <WiderTab />;
    case 'general':
      return <GeneralTab />;
    case 'try':
      return <TryTab />;
    case 'simulate':
      return <SimulateTab />;
    default:
      return <ToolsTab />;
  }
});

const FEW = 3;

/** What keeps the text from being a policy, or from doing what it says. Warnings are one line until somebody asks. */
function Remarks({ goTo }: { readonly goTo: (fault: Fault) => void }): ReactNode {
  const { reading, findings } = useWorkbench();
  const [isWhole, setWhole] = useState(false);
  const faults: readonly Fault[] = reading.ok ? findings : reading.problems;
  if (faults.length === 0) return null;
  const grave = reading.ok ? findings.filter(({ level }) => level === 'error') : faults;
  const shown = isWhole ? faults : grave.slice(0, FEW);
  return (
    <Notice tone={grave.length > 0 ? 'critical' : 'medium'} mb="sm" p="xs" role="status">
      <Stack gap={4}>
        <Group justify="space-between" gap="xs">
          <Text size="sm" fw={650} c={grave.length > 0 ? 'var(--tg-critical)' : 'var(--tg-medium)'}>
            {titleOf(reading.ok, findings)}
          </Text>
          {(isWhole || faults.length > shown.length) && (
            <Anchor
              underline="always"
              c="inherit"
              component="button"
              type="button"
              size="sm"
              aria-expanded={isWhole}
              onClick={() => setWhole(!isWhole)}
            >
              {isWhole ? 'Show fewer' : shown.length === 0 ? 'Show' : `Show all ${faults.length}`}
            </Anchor>
          )}
        </Group>
        {!reading.ok && (
          <Text size="sm">The forms show what could be read last. Correct the text to go on with them.</Text>
        )}
        {shown.length > 0 && <FindingsList faults={shown} goTo={goTo} />}
      </Stack>
    </Notice>
  );
}

function titleOf(isPolicy: boolean, findings: readonly { readonly level: string }[]): string {
  if (!isPolicy) return 'The text is not a policy yet';
  const errors = findings.filter(({ level }) => level === 'error').length;
  const warnings = findings.length - errors;
  const parts = [
    ...(errors > 0 ? [errors === 1 ? '1 error' : `${errors} errors`] : []),
    ...(warnings > 0 ? [warnings === 1 ? '1 warning' : `${warnings} warnings`] : []),
  ];
  return `${parts.join(', ')} against the tools of the server`;
}
