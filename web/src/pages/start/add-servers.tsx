import { Anchor, Box, Stack, Tabs, Text } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { useServers, type GovernedServer } from '../../api/servers.ts';
import { distinctNames } from '../../parts/distinct-names.ts';
import { CatalogueEntry } from './catalogue-entry.tsx';
import { CatalogueSearch } from './catalogue-search.tsx';
import { ConnectionTab } from './connection-tab.tsx';
import { PasteTab } from './paste-tab.tsx';
import type { StepProps } from './start-page.tsx';
import classes from './start.module.css';

const TABS = [
  { value: 'catalogue', label: 'Search the catalogue', short: 'Search' },
  { value: 'paste', label: 'Paste a configuration', short: 'Paste' },
  { value: 'connection', label: 'Address or command', short: 'Address, command' },
] as const;

/** Three ways to add servers. What is typed in one stays while another is looked at. */
export function AddServers({ view, go }: StepProps): ReactNode {
  const [tab, setTab] = useState<string | null>('catalogue');
  const { slug } = view;
  const added = ([first, ...more]: readonly GovernedServer[]): void => {
    if (first !== undefined)
      go({ server: first.id, step: 'tools', more: more.map(({ id }) => id), policy: undefined });
  };
  return (
    <Stack gap="lg">
      <Tabs value={tab} onChange={setTab} keepMounted>
        <Tabs.List aria-label="How to add servers">
          {TABS.map(({ value, label, short }) => (
            <Tabs.Tab key={value} value={value}>
              <Box component="span" visibleFrom="sm">
                {label}
              </Box>
              <Box component="span" hiddenFrom="sm">
                {short}
              </Box>
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="catalogue" pt="md">
          {slug === undefined ? (
            <CatalogueSearch onChoose={(chosen) => go({ slug: chosen, toolSlug: undefined })} />
          ) : (
            <CatalogueEntry
              key={slug}
              slug={slug}
              toolSlug={view.toolSlug}
              onAdded={(server) => added([server])}
              onOther={() => go({ slug: undefined, toolSlug: undefined })}
            />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="paste" pt="md">
          <PasteTab onAdded={added} />
        </Tabs.Panel>
        <Tabs.Panel value="connection" pt="md">
          <ConnectionTab onAdded={(server) => added([server])} />
        </Tabs.Panel>
      </Tabs>
      <Existing slug={slug} onChoose={(server) => added([server])} />
    </Stack>
  );
}

const SHOWN = 6;

/** Servers that are there already: a policy can be put on them, too. */
function Existing({
  slug,
  onChoose,
}: {
  readonly slug: string | undefined;
  readonly onChoose: (server: GovernedServer) => void;
}): ReactNode {
  const { data: servers = [] } = useServers();
  const nameOf = useMemo(() => distinctNames(servers), [servers]);
  if (servers.length === 0) return null;
  // those of the entry at hand first, then the newest
  const shown = servers
    .toReversed()
    .toSorted((a, b) => Number(b.catalogueSlug === slug) - Number(a.catalogueSlug === slug))
    .slice(0, SHOWN);
  return (
    <section aria-labelledby="existing">
      <Text size="sm" fw={500} id="existing">
        Or go on with a server that you have
      </Text>
      <ul className={classes['inline']}>
        {shown.map((server) => (
          <li key={server.id}>
            <Anchor component="button" type="button" size="sm" onClick={() => onChoose(server)}>
              {nameOf(server.id)}
            </Anchor>
          </li>
        ))}
      </ul>
    </section>
  );
}
