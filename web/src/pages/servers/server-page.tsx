import { Anchor, Breadcrumbs, Button, Group, Stack, Tabs, Text, Title } from '@mantine/core';
import { QueryObserver } from '@tanstack/react-query';
import { ScrollText } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { ApiProblem } from '../../api/client.ts';
import { grantsQuery } from '../../api/grants.ts';
import { policiesQuery } from '../../api/policy-list.ts';
import { serverQuery, useServer, type GovernedServer } from '../../api/servers.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { inertName } from '../../parts/inert.ts';
import { Problem } from '../../parts/problem.tsx';
import scrolling from '../../parts/scrolling-tabs.module.css';
import { Waiting } from '../../parts/waiting.tsx';
import type { First } from '../../shell/first-page.ts';
import { page, later, type Page } from '../../shell/page.tsx';
import { IfMay, useSignedIn } from '../../shell/rights.tsx';
import NotFoundPage from '../not-found-page.tsx';
import { ConsentOutcome } from './consent-outcome.tsx';
import { OverviewTab } from './overview-tab.tsx';
import { ServerState } from './server-state.tsx';
import { SERVER_TABS } from './tab-code.ts';

interface Tab {
  readonly path: string;
  readonly label: string;
  readonly scope: string;
  readonly Content: Content;
}

type Content = Page<{ readonly server: GovernedServer }>;

/** A tab that comes with the page. */
function here(Component: (props: { readonly server: GovernedServer }) => ReactNode): Content {
  return Object.assign((props: Parameters<typeof Component>[0]) => <Component {...props} />, {
    preload: () => {},
  });
}

const TABS: readonly Tab[] = [
  { path: 'overview', label: 'Overview', scope: 'servers:read', Content: here(OverviewTab) },
  { path: 'tools', label: 'Tools', scope: 'servers:read', Content: page(SERVER_TABS.tools.load) },
  {
    path: 'policies',
    label: 'Policies',
    scope: 'policies:read',
    Content: page(SERVER_TABS.policies.load),
  },
  { path: 'grants', label: 'Grants', scope: 'grants:read', Content: page(SERVER_TABS.grants.load) },
  {
    path: 'connection',
    label: 'Connection',
    scope: 'servers:read',
    Content: page(SERVER_TABS.connection.load),
  },
  {
    path: 'settings',
    label: 'Settings',
    scope: 'servers:read',
    Content: page(SERVER_TABS.settings.load),
  },
];

const [, wanted] = /\/servers\/[^/]+\/([^/]+)/.exec(location.pathname) ?? [];
TABS.find(({ path }) => path === wanted)?.Content.preload();

export const first: First = (queries, { server = '', tab }) => [
  new QueryObserver(queries, serverQuery(server)),
  ...(tab === undefined
    ? [new QueryObserver(queries, policiesQuery(server)), new QueryObserver(queries, grantsQuery(server))]
    : []),
];

/** Everything about one server, a tab for each subject. */
export default function ServerPage(): ReactNode {
  const { server: id, tab: path = 'overview' } = useParams<{ server: string; tab?: string }>();
  const { data: server, error, refetch } = useServer(id);
  const { rights } = useSignedIn();
  // the others come while one looks at the first
  useEffect(() => later(() => TABS.forEach(({ Content: Other }) => Other.preload())), []);
  const tab = TABS.find((one) => one.path === path && rights.includes(one.scope));
  if (tab === undefined) return <NotFoundPage />;
  if (server === undefined) return <NoServer error={error} retry={() => void refetch()} />;
  return (
    <Stack maw={1100} mx="auto">
      <Header server={server} />
      <ConsentOutcome />
      {error && <Problem error={error} retry={() => void refetch()} />}
      <ServerTabs server={server} tab={tab} tabs={TABS.filter(({ scope }) => rights.includes(scope))} />
    </Stack>
  );
}

function NoServer({ error, retry }: { readonly error: unknown; readonly retry: () => void }): ReactNode {
  if (error instanceof ApiProblem && error.status === 404) {
    return (
      <EmptyState
        title="This server is not there"
        action={
          <Button component={Link} to="/servers" variant="default">
            All servers
          </Button>
        }
      >
        It was removed, or belongs to another organisation.
      </EmptyState>
    );
  }
  if (error !== null) return <Problem error={error} retry={retry} />;
  return <Waiting />;
}

function Header({ server }: { readonly server: GovernedServer }): ReactNode {
  return (
    <Stack gap={4}>
      <Breadcrumbs separator="/">
        <Anchor component={Link} to="/servers" size="sm">
          Servers
        </Anchor>
        <Text size="sm" className="mono">
          {server.id}
        </Text>
      </Breadcrumbs>
      <Group justify="space-between" align="flex-start">
        <Group gap="sm">
          <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>
            {inertName(server.name, 100)}
          </Title>
          <ServerState server={server} />
        </Group>
        <IfMay scope="logs:read">
          <Button
            component={Link}
            to={`/logs?server=${encodeURIComponent(server.id)}`}
            variant="default"
            size="xs"
            leftSection={<ScrollText size={16} aria-hidden />}
          >
            Logs of this server
          </Button>
        </IfMay>
      </Group>
    </Stack>
  );
}

function ServerTabs({
  server,
  tab,
  tabs,
}: {
  readonly server: GovernedServer;
  readonly tab: Tab;
  readonly tabs: readonly Tab[];
}): ReactNode {
  const [, go] = useLocation();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // on a phone, the chosen tab may lie outside the part that is seen
    const chosen = list.current?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (list.current && chosen) list.current.scrollLeft = chosen.offsetLeft - chosen.offsetWidth;
  }, [tab.path]);
  return (
    <Tabs
      value={tab.path}
      onChange={(chosen) => {
        if (chosen !== null)
          go(`/servers/${encodeURIComponent(server.id)}${chosen === 'overview' ? '' : `/${chosen}`}`);
      }}
      activateTabWithKeyboard={false}
    >
      <Tabs.List
        ref={list}
        className={scrolling['tabs'] ?? ''}
        aria-label={`About ${inertName(server.name, 100)}`}
      >
        {tabs.map(({ path, label }) => (
          <Tabs.Tab key={path} value={path}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={tab.path} pt="lg">
        <tab.Content key={server.id} server={server} />
      </Tabs.Panel>
    </Tabs>
  );
}
