import { Text } from '@mantine/core';
import { CircleAlert, CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ServerCheck } from '../../api/servers.ts';
import { inert, inertName } from '../../parts/inert.ts';
import { Notice } from '../../parts/notice.tsx';
import { sentence } from '../../parts/sentence.ts';
import { toolsInWords } from '../../parts/tool-filter.tsx';

/** What a server answered when it was asked, or why it did not and what to do. */
export function CheckResult({ check }: { readonly check: ServerCheck }): ReactNode {
  const took = `${Math.round(check.latencyMs).toLocaleString('en')} ms`;
  if (!check.ok) {
    return (
      <Notice
        tone="critical"
        role="status"
        icon={<CircleAlert size={18} aria-hidden />}
        title="The server does not answer as it should"
      >
        {check.reason !== undefined && (
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {sentence(inert(check.reason, 2_000))}
          </Text>
        )}
        {check.hint !== undefined && <Text size="sm">{inert(check.hint, 1_000)}</Text>}
        <Text size="sm" c="dimmed">
          After {took}
        </Text>
      </Notice>
    );
  }
  const { server, era, revision = '', tools = 0 } = check;
  return (
    <Notice
      tone="low"
      role="status"
      icon={<CircleCheck size={18} aria-hidden />}
      title={`It answers: ${toolsInWords(tools)}, in ${took}`}
    >
      <Text size="sm">
        Revision {inertName(revision, 40)} of the protocol ({era === 'modern' ? 'modern' : 'legacy'} era)
        {server !== undefined &&
          `. It calls itself ${inertName(server.name, 100)} ${inertName(server.version, 40)}`}
        .
      </Text>
    </Notice>
  );
}
