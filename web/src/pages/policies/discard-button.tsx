import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { isDraftConflict, useDropDraft, type PolicyName } from '../../api/policies.ts';
import { Confirm } from '../../parts/confirm.tsx';
import type { Draft } from './use-draft.ts';

/** Takes the draft away, after a question; the text becomes that of the version in force. */
export function DiscardButton({
  name,
  version,
  draft,
  onDiscarded,
}: {
  readonly name: PolicyName;
  readonly version: number | undefined;
  readonly draft: Draft;
  readonly onDiscarded: () => void;
}): ReactNode {
  const [isAsked, setAsked] = useState(false);
  const drop = useDropDraft(name);
  const done = (): void => {
    setAsked(false);
    onDiscarded();
  };
  const refused = (error: Error): void => {
    if (!isDraftConflict(error)) return;
    // what would go is not what the person saw
    setAsked(false);
    void draft.meet().catch(() => {});
  };
  return (
    <>
      <Button variant="default" onClick={() => setAsked(true)}>
        Discard draft
      </Button>
      <Confirm
        opened={isAsked}
        title={`Discard the draft of ${name.policy}?`}
        action="Discard draft"
        isPending={drop.isPending}
        error={drop.error}
        onConfirm={() => drop.mutate(draft.seen(), { onSuccess: done, onError: refused })}
        onClose={() => setAsked(false)}
      >
        The text becomes that of version {version}, which stays in force. Undo brings yours back while this
        page is open.
      </Confirm>
    </>
  );
}
