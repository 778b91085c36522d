import { Stack, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { InfiniteQueryObserver, QueryObserver } from '@tanstack/react-query';
import { startTransition, useCallback, useMemo, useState, type ReactNode } from 'react';
import { useLocation, useSearch } from 'wouter';
import { decisionsQuery, SERVER_NAMES, type Decision } from '../../api/logs.ts';
import type { First } from '../../shell/first-page.ts';
import { countOf, searchOf, viewOf, type LogView } from './filter-address.ts';
import { FilterBar, type SeenNames } from './filter-bar.tsx';
import { LogResults } from './log-results.tsx';

const NOTHING_SEEN: SeenNames = { tools: [], rules: [] };

export const first: First = (queries, _, search) => [
  ...(search.size === 0 ? [new InfiniteQueryObserver(queries, decisionsQuery({}))] : []),
  new QueryObserver(queries, SERVER_NAMES),
];

/** Every decision of the gateway: narrowed by what stands in the address, newest first, live. */
export default function LogsPage(): ReactNode {
  const search = useSearch();
  const [, go] = useLocation();
  const isNarrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const view = useMemo(() => viewOf(search), [search]);
  const asked = searchOf(view);
  const [seen, setSeen] = useState(NOTHING_SEEN);
  const see = useCallback(
    // suggestions can wait: the rows are there to be read
    (decisions: readonly Decision[]) => startTransition(() => setSeen((now) => withNames(now, decisions))),
    [],
  );
  // reading the log from its beginning again is another round of the same view
  const [round, setRound] = useState(0);
  const show = useCallback((next: LogView) => go(address(searchOf(next)), { replace: true }), [go]);
  const change = useCallback((part: LogView) => show({ ...view, ...part }), [show, view]);
  return (
    <Stack>
      <Title order={1} size="h2">
        Logs
      </Title>
      <FilterBar view={view} change={change} clear={() => show({})} seen={seen} isNarrow={isNarrow} />
      <LogResults
        key={`${round} ${asked}`}
        view={view}
        opened={new URLSearchParams(search).get('decision') ?? undefined}
        open={(id) => go(address(asked, id))}
        close={() => go(address(asked), { replace: true })}
        see={see}
        {...(countOf(view) > 0 && { clear: () => show({}) })}
        restart={() => setRound(round + 1)}
      />
    </Stack>
  );
}

function address(search: string, decision?: string): string {
  const query = new URLSearchParams(search);
  if (decision !== undefined) query.set('decision', decision);
  const text = query.toString();
  return text === '' ? '/logs' : `/logs?${text}`;
}

/** Names that were seen since the page was opened: what a filter leaves is no reason to forget the rest. */
function withNames(seen: SeenNames, decisions: readonly Decision[]): SeenNames {
  const tools = new Set(seen.tools);
  const rules = new Set(seen.rules);
  for (const { tool, rule } of decisions) {
    if (tool !== undefined) tools.add(tool);
    rules.add(rule);
  }
  const isSame = tools.size === seen.tools.length && rules.size === seen.rules.length;
  return isSame ? seen : { tools: [...tools].toSorted(), rules: [...rules].toSorted() };
}
