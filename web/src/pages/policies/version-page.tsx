import { Anchor, Stack, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useActorName } from '../../api/approvals.ts';
import {
  usePolicyTools,
  useVersion,
  type PolicyDetail,
  type PolicyName,
  type PolicyTool,
  type PolicyVersion,
} from '../../api/policies.ts';
import { placeOfRule, pointerOf } from '../../builder/place.ts';
import { inert } from '../../parts/inert.ts';
import { Notice } from '../../parts/notice.tsx';
import { Problem } from '../../parts/problem.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { Builder, type Tab } from './builder.tsx';
import { JsonPane } from './json-pane.tsx';
import { PolicyHeader } from './policy-header.tsx';
import { pointerInWords } from './rule-words.ts';
import { useSpotlight } from './use-spotlight.ts';
import { usePolicyText } from './use-text.ts';
import { useWorkbenchValue } from './use-workbench-value.ts';
import { WorkbenchContext } from './workbench.ts';

/** One version as it was published, with the rule that somebody asks about. Nothing can be changed here. */
export function VersionPage({
  name,
  detail,
  version,
  at,
}: {
  readonly name: PolicyName;
  readonly detail: PolicyDetail | null;
  readonly version: number;
  /** Rule string of a decision. */
  readonly at: string | null;
}): ReactNode {
  const found = useVersion(name, version);
  const tools = usePolicyTools(name.server);
  if (found.error) return <Problem error={found.error} retry={() => void found.refetch()} />;
  if (found.data === undefined) return <Waiting>Reading version {version}</Waiting>;
  return <Shown key={version} name={name} detail={detail} version={found.data} at={at} tools={tools} />;
}

const TABS: readonly Tab[] = ['tools', 'wider', 'general', 'try', 'json'];

interface ShownProps {
  readonly name: PolicyName;
  readonly detail: PolicyDetail | null;
  readonly version: PolicyVersion;
  readonly at: string | null;
  readonly tools: UseQueryResult<readonly PolicyTool[]>;
}

function Shown({ name, detail, version, at, tools }: ShownProps): ReactNode {
  const policyText = usePolicyText(version.document, name.policy);
  const [tab, setTab] = useState<Tab>('tools');
  const textNow = useRef(policyText.text);
  const openJson = useCallback(() => setTab('json'), []);
  const { highlight, show, goTo } = useSpotlight(textNow, openJson);
  const place = useMemo(
    () => (at === null ? undefined : placeOfRule(policyText.document, at)),
    [policyText.document, at],
  );
  useEffect(() => {
    if (place !== undefined) show(place);
  }, [place, show]);
  const workbench = useWorkbenchValue({
    name,
    policyText,
    tools: tools.data,
    inForceText: detail?.inForce?.document,
    mayEdit: false,
    show,
  });
  return (
    <WorkbenchContext value={workbench}>
      <Stack>
        <PolicyHeader
          name={name}
          detail={detail}
          draft={undefined}
          isDirty={false}
          undo={undefined}
          redo={undefined}
        />
        <Banner name={name} version={version} isInForce={version.version === detail?.published}>
          {at !== null &&
            (place === undefined ? (
              <Text size="sm">The rule {inert(at, 200)} is no part of the document.</Text>
            ) : (
              <Text size="sm">
                Marked in the JSON: <b>{inert(pointerInWords(pointerOf(place)), 200)}</b>
              </Text>
            ))}
        </Banner>
        <Builder
          tab={tab}
          setTab={setTab}
          tabs={TABS}
          toolsQuery={tools}
          goTo={goTo}
          json={<JsonPane policyText={policyText} highlight={highlight} mayEdit={false} />}
        />
      </Stack>
    </WorkbenchContext>
  );
}

function Banner({
  name: { server, policy },
  version: { version, createdAt, createdBy, note },
  isInForce,
  children,
}: {
  readonly name: PolicyName;
  readonly version: PolicyVersion;
  readonly isInForce: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const nameOf = useActorName();
  return (
    <Notice
      tone="unknown"
      title={isInForce ? `Version ${version}, in force` : `Version ${version}, no longer in force`}
    >
      <Text size="sm">
        Published <TimeAgo at={createdAt} /> by {nameOf(createdBy)}. {note !== '' && `${inert(note)}. `}
        <Anchor
          underline="always"
          c="inherit"
          component={Link}
          size="sm"
          to={`/servers/${encodeURIComponent(server)}/policies/${encodeURIComponent(policy)}`}
        >
          Go to the policy as it is now
        </Anchor>
      </Text>
      {children}
    </Notice>
  );
}
