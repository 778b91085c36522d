import { Stack, Tabs, Title } from '@mantine/core';
import { useEffect, useRef, type ReactNode } from 'react';
import { useLocation, useParams } from 'wouter';
import { EmptyState } from '../../parts/empty-state.tsx';
import scrolling from '../../parts/scrolling-tabs.module.css';
import { page, later, type Page } from '../../shell/page.tsx';
import { useSignedIn } from '../../shell/rights.tsx';
import NotFoundPage from '../not-found-page.tsx';
import { SETTINGS_TABS } from './tab-code.ts';

interface Tab {
  readonly path: string;
  readonly label: string;
  /** What one must be allowed to see it; nothing for what everybody has. */
  readonly scope?: string;
  readonly Content: Page;
}

const TABS: readonly Tab[] = [
  { path: 'account', label: 'Account', Content: page(SETTINGS_TABS.account.load) },
  { path: 'organisation', label: 'Organisation', Content: page(SETTINGS_TABS.organisation.load) },
  {
    path: 'members',
    label: 'Members',
    scope: 'members:read',
    Content: page(SETTINGS_TABS.members.load),
  },
  // keys are listed for admins only, who are the ones that may change members
  { path: 'keys', label: 'API keys', scope: 'members:write', Content: page(SETTINGS_TABS.keys.load) },
  {
    path: 'webhooks',
    label: 'Webhooks',
    scope: 'webhooks:read',
    Content: page(SETTINGS_TABS.webhooks.load),
  },
  { path: 'audit', label: 'Audit', scope: 'audit:read', Content: page(SETTINGS_TABS.audit.load) },
];

const wanted = location.pathname.split('/').at(-1);
TABS.find(({ path }) => path === wanted)?.Content.preload();

/** The account, and everything about the organisation that is not a server. */
export default function SettingsPage(): ReactNode {
  const { tab: path } = useParams<{ tab: string }>();
  const [, go] = useLocation();
  const { rights } = useSignedIn();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // on a phone the tabs are wider than the page
    list.current
      ?.querySelector('[aria-selected="true"]')
      ?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [path]);
  // the others come while one looks at the first
  useEffect(() => later(() => TABS.forEach(({ Content }) => Content.preload())), []);
  const mayRead = ({ scope }: Tab): boolean => scope === undefined || rights.includes(scope);
  const tab = TABS.find((one) => one.path === path);
  if (tab === undefined) return <NotFoundPage />;
  return (
    <Stack maw={960} mx="auto">
      <Title order={1} size="h2">
        Settings
      </Title>
      <Tabs
        value={path}
        onChange={(chosen) => chosen !== null && go(`/settings/${chosen}`)}
        activateTabWithKeyboard={false}
      >
        <Tabs.List ref={list} className={scrolling['tabs'] ?? ''} aria-label="Settings">
          {TABS.filter(mayRead).map(({ path: to, label }) => (
            <Tabs.Tab key={to} value={to}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab.path} pt="lg">
          {mayRead(tab) ? (
            <tab.Content />
          ) : (
            <EmptyState title="Not for your role">
              An admin of the organisation can see this, and can give you another role.
            </EmptyState>
          )}
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
