import { Checkbox, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ConnectionDisplay, ImportPreview, RiskSummary, ServerCheck } from '../../api/servers.ts';
import { ClassCounts } from '../../parts/class-counts.tsx';
import { inertName } from '../../parts/inert.ts';
import { MostDangerous } from './most-dangerous.tsx';
import classes from './start.module.css';

type Previewed = ImportPreview['servers'][number];

/** The servers of a pasted block, to choose among. */
export function PreviewList({
  servers,
  left,
  choose,
}: {
  readonly servers: readonly Previewed[];
  /** Those that are not to be added. */
  readonly left: ReadonlySet<string>;
  readonly choose: (name: string, isChosen: boolean) => void;
}): ReactNode {
  return (
    <ul className={classes['list']} aria-label="Servers in the configuration">
      {servers.map((server, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- two may have the same name, and the list is made anew as a whole
        <li key={`${index} ${server.name}`} className={classes['card']}>
          <Row server={server} isChosen={server.importable && !left.has(server.name)} choose={choose} />
        </li>
      ))}
    </ul>
  );
}

function Row({
  server: { name, importable, connection, problems, risk, check },
  isChosen,
  choose,
}: {
  readonly server: Previewed;
  readonly isChosen: boolean;
  readonly choose: (name: string, isChosen: boolean) => void;
}): ReactNode {
  return (
    <Stack gap={6}>
      <Checkbox
        label={inertName(name)}
        checked={isChosen}
        disabled={!importable}
        styles={{ label: { fontWeight: 650, overflowWrap: 'anywhere' } }}
        onChange={(event) => choose(name, event.currentTarget.checked)}
      />
      {connection !== undefined && (
        <Text size="sm" c="dimmed" className="mono">
          {placeOf(connection)}
        </Text>
      )}
      {problems.map((problem) => (
        <Text key={problem} size="sm" c="var(--tg-critical)">
          {inertName(problem)}
        </Text>
      ))}
      {check !== undefined && <Checked check={check} />}
      <Risk risk={risk} isAsked={check !== undefined || !importable} />
    </Stack>
  );
}

function Risk({
  risk,
  isAsked,
}: {
  readonly risk: RiskSummary | undefined;
  /** Whether nothing more is to be expected. */
  readonly isAsked: boolean;
}): ReactNode {
  if (risk === undefined) {
    return isAsked ? null : (
      <Text size="sm" c="dimmed">
        Not in the catalogue: what it can do is seen once it is asked.
      </Text>
    );
  }
  return (
    <>
      <ClassCounts counts={risk.counts} />
      <MostDangerous tools={risk.mostDangerous} />
    </>
  );
}

function Checked({
  check: { ok, tools = 0, latencyMs, reason, hint },
}: {
  readonly check: ServerCheck;
}): ReactNode {
  if (ok) {
    return (
      <Text size="sm" c="var(--tg-low)">
        It answers, with {tools} {tools === 1 ? 'tool' : 'tools'}, in {latencyMs.toLocaleString('en')} ms.
      </Text>
    );
  }
  return (
    <Text size="sm" c="var(--tg-critical)">
      It does not answer. {inertName(reason ?? '')} {hint}
    </Text>
  );
}

/** How a server is reached, on one line. */
export function placeOf({
  kind,
  command = '',
  args = [],
  url = '',
  env = [],
  headers = [],
}: ConnectionDisplay): string {
  const secrets = kind === 'stdio' ? env : headers;
  const place = kind === 'stdio' ? [command, ...args].join(' ') : url;
  return inertName(secrets.length === 0 ? place : `${place} (with ${secrets.join(', ')})`);
}
