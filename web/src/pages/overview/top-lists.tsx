import { Anchor, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Span, Usage } from '../../api/usage.ts';
import cards from '../../parts/cards.module.css';
import { inertName } from '../../parts/inert.ts';
import { logAddress } from '../../parts/log-address.ts';
import { RankedRow, RankedRows } from '../../parts/ranked-rows.tsx';

const SHOWN = 8;

interface TopProps {
  readonly usage: Usage;
  readonly span: Span;
  readonly nameOf: (server: string) => string;
}

/** The tools that are called most. */
export function TopTools({ usage: { tools }, span, nameOf }: TopProps): ReactNode {
  const shown = tools.slice(0, SHOWN);
  const most = shown[0]?.calls ?? 1;
  return (
    <Stack gap={4} component="section" aria-labelledby="top-tools" className={cards['card']}>
      <Title order={3} size="h5" id="top-tools">
        Most called tools
      </Title>
      {shown.length === 0 && <Text size="sm">No tool was called.</Text>}
      <RankedRows>
        {shown.map(({ server, tool, calls, denied, held }) => (
          <Row
            key={`${server} ${tool}`}
            to={logAddress(span, { server, tool })}
            name={inertName(tool)}
            about={[
              nameOf(server),
              ...(denied > 0 ? [`${denied.toLocaleString('en')} denied`] : []),
              ...(held > 0 ? [`${held.toLocaleString('en')} held`] : []),
            ]}
            count={calls}
            share={calls / most}
          />
        ))}
      </RankedRows>
    </Stack>
  );
}

/** The rules that denied most. */
export function TopRules({ usage: { rules }, span, nameOf }: TopProps): ReactNode {
  const shown = rules.slice(0, SHOWN);
  const most = shown[0]?.denied ?? 1;
  return (
    <Stack gap={4} component="section" aria-labelledby="top-rules" className={cards['card']}>
      <Title order={3} size="h5" id="top-rules">
        Rules that denied most
      </Title>
      {shown.length === 0 && <Text size="sm">Nothing was denied.</Text>}
      <RankedRows>
        {shown.map(({ server, rule, policy, denied }) => (
          <Row
            key={`${server} ${policy ?? ''} ${rule}`}
            to={logAddress(span, { server, rule, outcome: 'deny' })}
            name={inertName(rule)}
            about={[nameOf(server), ...(policy === undefined ? [] : [`policy ${inertName(policy)}`])]}
            count={denied}
            share={denied / most}
          />
        ))}
      </RankedRows>
    </Stack>
  );
}

function Row({
  to,
  name,
  about,
  count,
  share,
}: {
  readonly to: string;
  readonly name: string;
  readonly about: readonly string[];
  readonly count: number;
  readonly share: number;
}): ReactNode {
  return (
    <RankedRow
      name={
        <Anchor component={Link} to={to} size="sm" className="mono">
          {name}
        </Anchor>
      }
      about={about.join(' · ')}
      number={count.toLocaleString('en')}
      share={share}
    />
  );
}
