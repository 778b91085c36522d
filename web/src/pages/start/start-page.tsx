import { Container, Stack, Text, Title } from '@mantine/core';
import { QueryObserver } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { serverQuery, SERVERS, useServer, type GovernedServer } from '../../api/servers.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { inertName } from '../../parts/inert.ts';
import { Problem } from '../../parts/problem.tsx';
import type { First } from '../../shell/first-page.ts';
import { page } from '../../shell/page.tsx';
import { useMay } from '../../shell/rights.tsx';
import { AddServers } from './add-servers.tsx';
import { ConnectStep } from './connect-step.tsx';
import { GrantStep, type MintedGrant } from './grant-step.tsx';
import { Progress } from './progress.tsx';
import { useStartView, viewOf, type StartView, type Step } from './start-address.ts';

// they bring the engine along, which adding a server does not need
const ToolsStep = page<ServerStepProps>(() => import('./tools-step.tsx'));
const PolicyStep = page<ServerStepProps>(() => import('./policy-step.tsx'));

const TITLES: Readonly<Record<Step, string>> = {
  servers: 'Add your servers',
  tools: 'What it can do',
  policy: 'What agents may do with it',
  grant: 'A grant for your agent',
  connect: 'Connect your agent',
};

export const first: First = (queries, _, search) => {
  const { server } = viewOf('', search.toString());
  return [
    server === undefined
      ? new QueryObserver(queries, SERVERS)
      : new QueryObserver(queries, serverQuery(server)),
  ];
};

/** From nothing to the first governed call, step by step. */
export default function StartPage(): ReactNode {
  const [view, go] = useStartView();
  const [minted, setMinted] = useState<MintedGrant>();
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(view.step);
  useEffect(() => {
    if (shown.current === view.step) return;
    shown.current = view.step;
    // the next step begins at its title, for the eye and for the screen reader
    // unless it has a field that waits for what is typed
    if (!(document.activeElement instanceof HTMLInputElement))
      heading.current?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }, [view.step]);
  return (
    <Container size="md" px={0}>
      <Stack gap="lg">
        <Progress view={view} go={go} />
        <Title order={1} size="h2" ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
          {TITLES[view.step]}
        </Title>
        {view.server === undefined || view.step === 'servers' ? (
          <FirstStep view={view} go={go} />
        ) : (
          <WithServer
            key={view.server}
            server={view.server}
            view={view}
            go={go}
            minted={minted}
            setMinted={setMinted}
          />
        )}
      </Stack>
    </Container>
  );
}

export interface StepProps {
  readonly view: StartView;
  readonly go: (part: Partial<StartView>) => void;
}

interface ServerStepProps extends StepProps {
  readonly server: GovernedServer;
}

function FirstStep({ view, go }: StepProps): ReactNode {
  if (useMay('servers:write')) return <AddServers view={view} go={go} />;
  return (
    <EmptyState title="An administrator adds servers">
      Your role lets you look at what is governed already. Ask an administrator of your organisation to add
      the server that you need.
    </EmptyState>
  );
}

interface MintedProps {
  readonly minted: MintedGrant | undefined;
  readonly setMinted: (minted: MintedGrant) => void;
}

function WithServer({
  server: id,
  ...rest
}: StepProps & MintedProps & { readonly server: string }): ReactNode {
  const { data, error, refetch } = useServer(id);
  if (data === undefined) {
    return error === null ? (
      <Text size="sm">Looking for the server…</Text>
    ) : (
      <Problem error={error} retry={() => void refetch()} />
    );
  }
  return (
    <>
      <Text c="dimmed" mt={-12} style={{ overflowWrap: 'anywhere' }}>
        {inertName(data.name)}
        {rest.view.more.length > 0 &&
          ` first; ${rest.view.more.length} more ${rest.view.more.length === 1 ? 'server comes' : 'servers come'} after it.`}
      </Text>
      <OneStep server={data} {...rest} />
    </>
  );
}

function OneStep({
  server,
  view,
  go,
  minted,
  setMinted,
}: StepProps & MintedProps & { readonly server: GovernedServer }): ReactNode {
  switch (view.step) {
    case 'servers':
    case 'tools':
      return <ToolsStep server={server} view={view} go={go} />;
    case 'policy':
      return <PolicyStep server={server} view={view} go={go} />;
    case 'grant':
      return <GrantStep server={server} view={view} go={go} onMint={setMinted} />;
    case 'connect':
      return <ConnectStep server={server} view={view} go={go} minted={minted} onMint={setMinted} />;
  }
}
