import { Button, Checkbox, Group, Loader, Stack, Text, Textarea, Title } from '@mantine/core';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { ApiProblem } from '../../api/client.ts';
import { isConflict, isDraftConflict, usePublish, useTextDiff, type Published } from '../../api/policies.ts';
import { compareEffects } from '../../builder/effect.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Problem } from '../../parts/problem.tsx';
import { announce } from './announce.tsx';
import { DiffView } from './diff-view.tsx';
import { EffectChanges } from './effect-changes.tsx';
import { FindingsList, type Fault } from './findings-list.tsx';
import { useWorkbench } from './workbench.ts';

interface ReviewProps {
  readonly close: () => void;
  /** Version that is in force as far as the page knows. */
  readonly base: number | undefined;
  /** Revision of the draft that the text is kept as; null for none. */
  readonly draft: () => number | null;
  readonly goTo: (fault: Fault) => void;
  /** Another draft is there by now. */
  readonly onOtherDraft: () => void;
  readonly onPublished: (published: Published, text: string) => void;
  /** Reads what is in force now, and keeps the text. */
  readonly reload: () => Promise<void>;
}

/** What is looked at before a text comes into force: remarks, effects tool by tool, differences; and a note for those who come later. */
export function ReviewModal(props: ReviewProps): ReactNode {
  const { name, findings } = useWorkbench();
  const { close, base, goTo, reload } = props;
  const [note, setNote] = useState('');
  const [force, setForce] = useState(false);
  const { publish, submit } = usePublication(props);
  const hasError = findings.some(({ level }) => level === 'error');
  const jump = (fault: Fault): void => {
    close();
    goTo(fault);
  };
  const isUnchecked = publish.error instanceof ApiProblem && publish.error.code === 'policy.unchecked';
  return (
    <Dialog
      opened
      onClose={close}
      title={base === undefined ? `Publish ${name.policy}` : `Publish version ${base + 1} of ${name.policy}`}
      size="xl"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit(note, force);
        }}
      >
        <Stack gap="lg">
          <WhatChanges base={base} jump={jump} />
          <Textarea
            label="Note"
            description="Why, for those who read the versions later."
            maxLength={2000}
            autosize
            minRows={2}
            value={note}
            onChange={({ currentTarget }) => setNote(currentTarget.value)}
          />
          {publish.error && (
            <InSight>
              <Refusal error={publish.error} jump={jump} reload={reload} retried={() => publish.reset()} />
            </InSight>
          )}
          {isUnchecked && (
            <Checkbox
              label="Publish without the check against the tools of the server"
              checked={force}
              onChange={({ currentTarget }) => setForce(currentTarget.checked)}
            />
          )}
          <Choice
            close={close}
            isPending={publish.isPending}
            isRefused={hasError || isConflict(publish.error)}
          />
        </Stack>
      </form>
    </Dialog>
  );
}

/** Puts the text in force, and tells of it. */
function usePublication({
  base,
  draft,
  onOtherDraft,
  onPublished,
}: Pick<ReviewProps, 'base' | 'draft' | 'onOtherDraft' | 'onPublished'>): {
  readonly publish: ReturnType<typeof usePublish>;
  readonly submit: (note: string, force: boolean) => void;
} {
  const { name, text } = useWorkbench();
  const publish = usePublish(name);
  const told = (published: Published): void => {
    onPublished(published, text);
    announce(
      `Version ${published.version.version} is published`,
      'It is in force for the next call, within a second.',
    );
  };
  const submit = (note: string, force: boolean): void =>
    publish.mutate(
      { document: text, note, after: base ?? null, draft: draft(), force },
      { onError: (error) => isDraftConflict(error) && onOtherDraft(), onSuccess: told },
    );
  return { publish, submit };
}

function Choice({
  close,
  isPending,
  isRefused,
}: {
  readonly close: () => void;
  readonly isPending: boolean;
  readonly isRefused: boolean;
}): ReactNode {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={close}>
        Go on editing
      </Button>
      <Button type="submit" loading={isPending} disabled={isRefused}>
        Publish
      </Button>
    </Group>
  );
}

/** Everything that is looked at before: remarks, effects, differences. */
function WhatChanges({
  base,
  jump,
}: {
  readonly base: number | undefined;
  readonly jump: (fault: Fault) => void;
}): ReactNode {
  const { findings, policy, inForce, known } = useWorkbench();
  const changes = useMemo(() => compareEffects(inForce, policy, known), [inForce, policy, known]);
  const errors = findings.filter(({ level }) => level === 'error').length;
  return (
    <>
      <Remarks errors={errors} jump={jump} />
      <section>
        <Title order={3} size="h5" mb="xs">
          What changes for agents
        </Title>
        <EffectChanges changes={changes} />
      </section>
      <section>
        <Title order={3} size="h5" mb="xs">
          {base === undefined ? 'The text' : `Against version ${base}, now in force`}
        </Title>
        <Difference base={base} />
      </section>
    </>
  );
}

function Remarks({
  errors,
  jump,
}: {
  readonly errors: number;
  readonly jump: (fault: Fault) => void;
}): ReactNode {
  const { findings, document } = useWorkbench();
  return (
    <>
      {document.mode === 'observe' && (
        <Notice tone="medium" title="This policy only observes">
          It decides, counts and logs, and blocks nothing.
        </Notice>
      )}
      {findings.length > 0 && (
        <Notice
          tone={errors > 0 ? 'critical' : 'medium'}
          title={
            errors > 0
              ? 'These errors keep it from publication'
              : 'To be looked at; warnings do not keep it from publication'
          }
        >
          <FindingsList faults={findings} goTo={jump} />
        </Notice>
      )}
    </>
  );
}

function Difference({ base }: { readonly base: number | undefined }): ReactNode {
  const { name, text } = useWorkbench();
  const diff = useTextDiff(name, {
    from: base === undefined ? undefined : String(base),
    document: text,
    fresh: base,
  });
  if (base === undefined)
    return <Text size="sm">This is the first version: grants can carry it once it is published.</Text>;
  if (diff.error) return <Problem error={diff.error} retry={() => void diff.refetch()} />;
  return diff.data === undefined ? (
    <Loader size="sm" role="status" aria-label="Comparing" />
  ) : (
    <DiffView diff={diff.data} />
  );
}

/** Brings what is new in a long dialog into sight. */
function InSight({ children }: { readonly children: ReactNode }): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    element.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return <div ref={element}>{children}</div>;
}

/** Why it was not published: somebody was faster, or the gateway finds faults. */
function Refusal({
  error,
  jump,
  reload,
  retried,
}: {
  readonly error: Error;
  readonly jump: (fault: Fault) => void;
  readonly reload: () => Promise<void>;
  readonly retried: () => void;
}): ReactNode {
  const [isReading, setReading] = useState(false);
  if (isConflict(error)) {
    return (
      <Notice tone="high" role="alert" title="Somebody else published in the meantime">
        <Text size="sm" mb="xs">
          Another version is in force than the one you began with. Your text is kept. Look at the new version
          first: the differences above are then against it, and publishing yours replaces it.
        </Text>
        <Button
          size="xs"
          variant="default"
          loading={isReading}
          onClick={() => {
            setReading(true);
            const done = (): void => {
              setReading(false);
              retried();
            };
            void reload().then(done, done);
          }}
        >
          Read the new version, and keep my text
        </Button>
      </Notice>
    );
  }
  if (error instanceof ApiProblem && error.errors.length > 0) {
    return (
      <Notice tone="critical" role="alert" title={error.message}>
        {error.hint !== undefined && <Text size="sm">{error.hint}</Text>}
        <FindingsList faults={error.errors} goTo={jump} />
      </Notice>
    );
  }
  return <Problem error={error} />;
}
