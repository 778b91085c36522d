import { Button, Group, Loader, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useActorName } from '../../api/approvals.ts';
import { useTextDiff, type PolicyDetail, type PolicyName } from '../../api/policies.ts';
import { useMe } from '../../api/session.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { inertName } from '../../parts/inert.ts';
import { Notice } from '../../parts/notice.tsx';
import { Problem } from '../../parts/problem.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { DiffView } from './diff-view.tsx';
import type { Draft } from './use-draft.ts';
import type { PolicyText } from './use-text.ts';

interface ConflictProps {
  readonly name: PolicyName;
  readonly detail: PolicyDetail | null;
  readonly draft: Draft;
  readonly policyText: PolicyText;
}

/** The text that is there in the place of the draft that the person began with. */
interface Theirs {
  readonly text: string;
  /** What the API compares with: the draft, or the version in force. */
  readonly side: string;
  readonly revision: number | null;
}

function theirsIn(detail: PolicyDetail | null): Theirs | undefined {
  if (detail?.draft !== undefined)
    return { text: detail.draft.document, side: 'draft', revision: detail.draft.revision };
  if (detail?.inForce === undefined || detail.published === undefined) return undefined;
  return { text: detail.inForce.document, side: String(detail.published), revision: null };
}

/** Two people wrote the same draft: says so, shows both texts, and lets the person choose. Neither text is lost. */
export function DraftConflict({ name, detail, draft, policyText }: ConflictProps): ReactNode {
  const [isLooking, setLooking] = useState(false);
  const theirs = theirsIn(detail);
  const { text, put } = policyText;
  const keepMine = (): void => {
    setLooking(false);
    // by way of theirs, so that the way back leads there
    if (theirs !== undefined) put(theirs.text, text);
    void draft.replace(theirs?.revision ?? null).catch(() => {});
  };
  const takeTheirs = (): void => {
    setLooking(false);
    if (theirs === undefined) return;
    draft.settle(theirs.text, theirs.revision);
    put(theirs.text);
  };
  const choice = (
    <>
      <Button size="xs" variant="default" onClick={keepMine}>
        Keep mine
      </Button>
      {theirs !== undefined && (
        <Button size="xs" variant="default" onClick={takeTheirs}>
          {theirs.revision === null ? 'Take the version in force' : 'Take theirs'}
        </Button>
      )}
    </>
  );
  return (
    <Notice tone="high" role="alert" title={<WhatHappened detail={detail} />}>
      <Text size="sm" mb="xs">
        Your text is on this page, and is not saved until you choose. The other one is not lost either: undo
        brings it back while this page is open.
      </Text>
      <Group gap="xs">
        {theirs !== undefined && (
          <Button size="xs" variant="default" onClick={() => setLooking(true)}>
            Look at both
          </Button>
        )}
        {choice}
      </Group>
      {isLooking && theirs !== undefined && (
        <Dialog
          opened
          onClose={() => setLooking(false)}
          title={`Two texts of ${inertName(name.policy, 80)}`}
          size="xl"
        >
          <Stack>
            <Both name={name} theirs={theirs} mine={text} />
            <Group justify="flex-end" gap="xs">
              {choice}
            </Group>
          </Stack>
        </Dialog>
      )}
    </Notice>
  );
}

function WhatHappened({ detail }: { readonly detail: PolicyDetail | null }): ReactNode {
  const nameOf = useActorName();
  const { data: me } = useMe();
  if (detail === null) return 'This policy was removed while you wrote';
  const isMe = me !== undefined && me !== null && detail.updatedBy === `user:${me.user.id}`;
  const who = isMe ? 'You, in another window,' : inertName(nameOf(detail.updatedBy), 80);
  const what = detail.draft === undefined ? 'published or discarded the draft' : 'saved another draft';
  return (
    <>
      {who} {what} <TimeAgo at={detail.updatedAt} />
    </>
  );
}

function Both({
  name,
  theirs: { side, revision },
  mine,
}: {
  readonly name: PolicyName;
  readonly theirs: Theirs;
  readonly mine: string;
}): ReactNode {
  const diff = useTextDiff(name, { from: side, document: mine, fresh: revision });
  if (diff.error) return <Problem error={diff.error} retry={() => void diff.refetch()} />;
  if (diff.data === undefined) return <Loader size="sm" role="status" aria-label="Comparing" />;
  return (
    <>
      <Text size="sm">
        What is different in your text, seen from theirs. Lines with − are theirs alone, lines with + yours.
      </Text>
      <DiffView diff={diff.data} />
    </>
  );
}
