import { Button, Stack, Title } from '@mantine/core';
import { QueryObserver } from '@tanstack/react-query';
import { useMemo, useState, type ReactNode } from 'react';
import { useLocation, useParams, useSearch } from 'wouter';
import { askedVersion } from '../../api/asked-version.ts';
import {
  policyQuery,
  policyToolsQuery,
  usePolicy,
  usePolicyTools,
  versionQuery,
  type PolicyDetail,
  type PolicyName,
} from '../../api/policies.ts';
import { templateText } from '../../builder/template.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { inertName } from '../../parts/inert.ts';
import { Notice } from '../../parts/notice.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import type { First } from '../../shell/first-page.ts';
import { useMay } from '../../shell/rights.tsx';
import { EditPage } from './edit-page.tsx';
import { unsavedText } from './unsaved-text.ts';
import { VersionPage } from './version-page.tsx';

export const first: First = (queries, { server = '', policy = '' }, search) => {
  const name = { server, policy };
  const version = askedVersion(search);
  return [
    new QueryObserver(queries, policyQuery(name)),
    new QueryObserver(queries, policyToolsQuery(server)),
    ...(version === undefined ? [] : [new QueryObserver(queries, versionQuery(name, version))]),
  ];
};

/** A policy of a server: written, tried, published; or one of its versions, read. */
export default function PolicyPage(): ReactNode {
  const { server, policy } = useParams<{ readonly server: string; readonly policy: string }>();
  const search = new URLSearchParams(useSearch());
  const name = useMemo(() => ({ server, policy }), [server, policy]);
  const detail = usePolicy(name);
  // both pages below need them: they are asked for beside the policy
  const tools = usePolicyTools(server);
  const version = search.get('version');
  const at = search.get('at');
  const asked = askedVersion(search);
  if (asked !== undefined && !detail.isPending)
    return <VersionPage name={name} detail={detail.data ?? null} version={asked} at={at} />;
  if (detail.data === undefined) {
    return detail.error ? (
      <Problem error={detail.error} retry={() => void detail.refetch()} />
    ) : (
      <Waiting>Reading the policy</Waiting>
    );
  }
  const isOther = version !== null && version !== detail.data?.version;
  return (
    <Stack>
      {isOther && (
        <Notice tone="medium">
          The version {inertName(version, 40)} is not kept here. This is the policy as it is now.
        </Notice>
      )}
      <Current
        key={`${server}/${policy}`}
        name={name}
        detail={detail.data}
        tools={tools}
        refetch={async () => (await detail.refetch()).data}
        isNew={search.get('new') !== null}
        template={search.get('template')}
        at={at}
      />
    </Stack>
  );
}

function Current({
  name,
  detail,
  tools,
  refetch,
  isNew,
  template,
  at,
}: {
  readonly name: PolicyName;
  readonly detail: PolicyDetail | null;
  readonly tools: ReturnType<typeof usePolicyTools>;
  readonly refetch: () => Promise<PolicyDetail | null | undefined>;
  readonly isNew: boolean;
  readonly template: string | null;
  readonly at: string | null;
}): ReactNode {
  // what is being written here is not overwritten by what is read later
  const mayWrite = useMay('policies:write');
  const [begun, setBegun] = useState(
    () =>
      (mayWrite ? unsavedText(name)?.text : undefined) ??
      detail?.draft?.document ??
      detail?.inForce?.document,
  );
  if (begun !== undefined)
    return (
      <EditPage name={name} detail={detail} refetch={refetch} toolsQuery={tools} initial={begun} at={at} />
    );
  if (!isNew) return <NotThere name={name} />;
  const needsTools = template !== 'seed' && template !== 'deny';
  if (tools.data === undefined && needsTools) {
    if (!tools.error) return <Waiting>Asking the server for its tools</Waiting>;
    return (
      <Stack>
        <Title order={1} size="h3">
          {inertName(name.policy, 80)}
        </Title>
        <Problem error={tools.error} retry={() => void tools.refetch()} />
        <div>
          <Button variant="default" onClick={() => setBegun(templateText('deny', []))}>
            Begin without them: deny everything
          </Button>
        </div>
      </Stack>
    );
  }
  const text = templateText(
    template,
    (tools.data ?? []).map(({ name: tool, risk: { category } }) => ({ name: tool, category })),
  );
  return <Begin text={text} begin={setBegun} />;
}

/** Takes the first text over once, so that tools that are read again do not begin anew. */
function Begin({
  text,
  begin,
}: {
  readonly text: string;
  readonly begin: (text: string) => void;
}): ReactNode {
  const [isFirst, setFirst] = useState(true);
  if (isFirst) {
    setFirst(false);
    queueMicrotask(() => begin(text));
  }
  return <Waiting>Making a first policy</Waiting>;
}

function NotThere({ name: { server, policy } }: { readonly name: PolicyName }): ReactNode {
  const mayWrite = useMay('policies:write');
  const [, go] = useLocation();
  const path = `/servers/${encodeURIComponent(server)}`;
  return (
    <Stack>
      <Title order={1} size="h3">
        {inertName(policy, 80)}
      </Title>
      <EmptyState
        title={`There is no policy named ${inertName(policy, 80)}`}
        action={
          mayWrite ? (
            <Button
              onClick={() => go(`${path}/policies/${encodeURIComponent(policy)}?new=1&template=recommended`)}
            >
              Begin one with the recommended rules
            </Button>
          ) : (
            <Button variant="default" onClick={() => go(path)}>
              Go to the server
            </Button>
          )
        }
      >
        It may have been removed, or never saved.
      </EmptyState>
    </Stack>
  );
}
