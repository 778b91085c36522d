import { Button, Group, Stack, TextInput, Title } from '@mantine/core';
import { QueryObserver } from '@tanstack/react-query';
import { Plus, Search } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { SERVERS, useServers, type GovernedServer } from '../../api/servers.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import type { First } from '../../shell/first-page.ts';
import { IfMay } from '../../shell/rights.tsx';
import { ConsentOutcome } from './consent-outcome.tsx';
import { ServerRow } from './server-row.tsx';
import { urgencyOf } from './server-state.tsx';

/** So many can be looked through without a search. */
const MANY = 8;

export const first: First = (queries) => [new QueryObserver(queries, SERVERS)];

/** All servers that the organisation governs, those that need somebody first. */
export default function ServersPage(): ReactNode {
  const { data: servers, error, refetch } = useServers();
  const [words, setWords] = useState('');
  const shown = useMemo(() => found(servers ?? [], words), [servers, words]);
  return (
    <Stack maw={1100} mx="auto">
      <Group justify="space-between">
        <Title order={1} size="h2">
          Servers
        </Title>
        {servers !== undefined && servers.length > 0 && <AddServer />}
      </Group>
      <ConsentOutcome />
      {error && <Problem error={error} retry={() => void refetch()} />}
      {servers === undefined && !error && <Waiting />}
      {servers?.length === 0 && (
        <EmptyState title="No server is governed yet" action={<AddServer />}>
          Add an MCP server from the catalogue, by its address or as a command. Agents then reach it through
          the gateway, under your policy.
        </EmptyState>
      )}
      {servers !== undefined && servers.length > MANY && (
        <TextInput
          type="search"
          aria-label="Find a server"
          placeholder="Find by name or address"
          leftSection={<Search size={16} aria-hidden />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      )}
      {shown.length > 0 && (
        <Rows label="Servers">
          {shown.map((server) => (
            <ServerRow key={server.id} server={server} />
          ))}
        </Rows>
      )}
      {servers !== undefined && servers.length > 0 && shown.length === 0 && (
        <EmptyState
          title="No server is called like this"
          action={
            <Button variant="default" onClick={() => setWords('')}>
              Show all servers
            </Button>
          }
        >
          Names, ids and addresses are looked through.
        </EmptyState>
      )}
    </Stack>
  );
}

function AddServer(): ReactNode {
  return (
    <IfMay scope="servers:write">
      <Button component={Link} to="/start" leftSection={<Plus size={16} aria-hidden />}>
        Add a server
      </Button>
    </IfMay>
  );
}

function found(servers: readonly GovernedServer[], words: string): readonly GovernedServer[] {
  const wanted = words.trim().toLowerCase();
  return servers
    .filter(({ id, name, connection: { url = '' } }) =>
      [id, name, url].some((text) => text.toLowerCase().includes(wanted)),
    )
    .toSorted((a, b) => urgencyOf(a) - urgencyOf(b) || a.name.localeCompare(b.name));
}
