import { Alert, Button, Skeleton, Stack, Text } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import type { PolicyDocument } from '#policy';
import { effectOfPolicy } from '#policy';
import { recommendPolicy } from '#risk';
import { useServerTools, type GovernedServer, type ServerTool } from '../../api/servers.ts';
import { ClassCounts, countByClass } from '../../parts/class-counts.tsx';
import { capital } from '../../parts/sentence.ts';
import { byRisk } from '../../parts/tool-filter.tsx';
import { LookedAtTool } from './looked-at-tool.tsx';
import { ServerTrouble } from './server-trouble.tsx';
import type { StepProps } from './start-page.tsx';
import classes from './start.module.css';
import { ToolRows } from './tool-rows.tsx';

/** What the tools could do, the most dangerous first, and what the recommended policy does with each. */
export default function ToolsStep({
  server,
  view,
  go,
}: StepProps & { readonly server: GovernedServer }): ReactNode {
  const { data, error, isFetching, refetch } = useServerTools(server.id);
  if (data === undefined) {
    return error === null || (isFetching && error === null) ? (
      <Stack>
        <Text size="sm" role="status">
          Asking the server for its tools. A command may take a while to start the first time.
        </Text>
        <Skeleton height={220} animate={false} />
      </Stack>
    ) : (
      <ServerTrouble server={server} error={error} isAsking={isFetching} askAgain={() => void refetch()} />
    );
  }
  return <Tools tools={data.items} view={view} go={go} />;
}

function Tools({ tools, view, go }: StepProps & { readonly tools: readonly ServerTool[] }): ReactNode {
  const sorted = useMemo(() => byRisk(tools), [tools]);
  return (
    <Stack>
      <div className={classes['card']}>
        <Text size="sm" mb={8}>
          {tools.length === 1 ? 'One tool' : `${tools.length.toLocaleString('en')} tools`}, by what they could
          do. Each is shown with what the recommended policy does to it; you can change that in the next step.
        </Text>
        <ClassCounts counts={countByClass(tools)} />
      </div>
      <LookedAtTool tools={tools} view={view} effectOf={recommendedEffect} />
      {tools.length === 0 ? (
        <Alert color="gate" title="The server lists no tool">
          A policy can be put on it all the same: what it does not name is denied.
        </Alert>
      ) : (
        <ToolRows
          tools={sorted}
          label="Tools, the most dangerous first"
          beside={(tool) => <Text size="sm">{capital(recommendedEffect(tool))}</Text>}
        />
      )}
      <div className={classes['stay']}>
        <Button onClick={() => go({ step: 'policy' })}>Go on to the policy</Button>
      </div>
    </Stack>
  );
}

/** What the recommended policy does to a tool, in the engine's words. The rule of a tool does not depend on its siblings. */
function recommendedEffect({ name, risk: { category } }: ServerTool): string {
  // the same document, read-only there
  return effectOfPolicy(recommendPolicy([{ name, category }]) as PolicyDocument, name);
}
