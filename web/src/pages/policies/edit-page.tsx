import { Button, Stack, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { PolicyDetail, PolicyName, PolicyTool, Published } from '../../api/policies.ts';
import { placeOfRule } from '../../builder/place.ts';
import { Notice } from '../../parts/notice.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useMay } from '../../shell/rights.tsx';
import { Builder, type Tab } from './builder.tsx';
import { DiscardButton } from './discard-button.tsx';
import { DraftConflict } from './draft-conflict.tsx';
import { JsonPane } from './json-pane.tsx';
import { PolicyHeader, PublishButton } from './policy-header.tsx';
import { ReviewModal } from './review-modal.tsx';
import { useDraft } from './use-draft.ts';
import { useSpotlight } from './use-spotlight.ts';
import { usePolicyText } from './use-text.ts';
import { useWorkbenchValue } from './use-workbench-value.ts';
import { VersionsTab } from './versions-tab.tsx';
import { WorkbenchContext } from './workbench.ts';

interface EditProps {
  readonly name: PolicyName;
  readonly detail: PolicyDetail | null;
  /** What is in force changes when somebody publishes; the text that is written here does not. */
  readonly refetch: () => Promise<PolicyDetail | null | undefined>;
  readonly toolsQuery: UseQueryResult<readonly PolicyTool[]>;
  readonly initial: string;
  readonly at: string | null;
}

const TABS: readonly Tab[] = ['tools', 'wider', 'general', 'try', 'simulate', 'versions', 'json'];
/** A simulation is for who may publish: who asks it often enough learns captured values. */
const TABS_TO_READ = TABS.filter((tab) => tab !== 'simulate');

/** The policy as it is being written: forms and text, kept as a draft, reviewed, published. */
export function EditPage(props: EditProps): ReactNode {
  const { name, detail, toolsQuery } = props;
  const editing = useEditing(props);
  const { policyText, workbench, mayWrite, draft, base, setBase, isReviewing, setReviewing } = editing;
  const { text, undo, redo } = policyText;
  return (
    <WorkbenchContext value={workbench}>
      <Stack onKeyDown={undoKeys(undo, redo)}>
        <PolicyHeader
          name={name}
          detail={detail}
          draft={mayWrite ? draft.state : undefined}
          isDirty={text !== detail?.inForce?.document}
          undo={undo}
          redo={redo}
        >
          {mayWrite && <Actions {...props} editing={editing} />}
        </PolicyHeader>
        {detail?.managed === false && (
          <Notice tone="unknown">
            The configuration file declares this policy. It is read here, and changed there.
          </Notice>
        )}
        {draft.state.kind === 'failed' && (
          <Problem error={draft.state.error} retry={() => void draft.flush().catch(() => {})} />
        )}
        {draft.state.kind === 'conflict' && (
          <DraftConflict name={name} detail={detail} draft={draft} policyText={policyText} />
        )}
        {detail?.published !== base && !isReviewing && (
          <Newer version={detail?.published} take={() => setBase(detail?.published)} />
        )}
        <Builder
          tab={editing.tab}
          setTab={editing.setTab}
          tabs={mayWrite ? TABS : TABS_TO_READ}
          toolsQuery={toolsQuery}
          goTo={editing.goTo}
          json={<JsonPane policyText={policyText} highlight={editing.highlight} mayEdit={mayWrite} />}
          versions={<VersionsTab name={name} detail={detail} onRestored={editing.onRestored} />}
        />
        {isReviewing && (
          <ReviewModal
            close={() => setReviewing(false)}
            base={base}
            draft={draft.seen}
            goTo={editing.goTo}
            onOtherDraft={editing.onOtherDraft}
            onPublished={editing.onPublished}
            reload={editing.reload}
          />
        )}
      </Stack>
    </WorkbenchContext>
  );
}

/** The state of the page, and what its buttons do. */
function useEditing({ name, detail, refetch, toolsQuery, initial, at }: EditProps) {
  const mayWrite = useMay('policies:write') && detail?.managed !== false;
  const inForceText = detail?.inForce?.document;
  const policyText = usePolicyText(initial, name.policy, inForceText);
  const { text, write } = policyText;
  const draft = useDraft(name, text, detail, mayWrite);
  const [tab, setTab] = useState<Tab>('tools');
  const [base, setBase] = useState(detail?.published);
  const [isReviewing, setReviewing] = useState(false);
  const textNow = useRef(text);
  textNow.current = text;
  const openJson = useCallback(() => setTab((now) => (isJsonBeside() ? now : 'json')), []);
  const { highlight, show, goTo } = useSpotlight(textNow, openJson);
  const workbench = useWorkbenchValue({
    name,
    policyText,
    tools: toolsQuery.data,
    inForceText,
    mayEdit: mayWrite,
    show,
  });
  useMarked(at, workbench.document, show);
  const onPublished = ({ version }: Published, publishedText: string): void => {
    setBase(version.version);
    draft.settle(publishedText, null);
    setReviewing(false);
  };
  const onRestored = ({ version }: Published): void => {
    setBase(version.version);
    // what was not changed here follows; what was, stays
    if (textNow.current !== inForceText) return;
    draft.settle(version.document, draft.seen());
    write(version.document);
  };
  const onOtherDraft = (): void => {
    setReviewing(false);
    void draft.meet().catch(() => {});
  };
  const reload = async (): Promise<void> => {
    const there = await refetch();
    setBase(there?.published);
    // the draft went with the publication: the text here is the next one
    if (there?.draft === undefined) await draft.replace(null);
  };
  return {
    policyText,
    workbench,
    mayWrite,
    draft,
    tab,
    setTab,
    base,
    setBase,
    isReviewing,
    setReviewing,
    highlight,
    goTo,
    onPublished,
    onOtherDraft,
    onRestored,
    reload,
  };
}

function Actions({
  name,
  detail,
  editing: { policyText, draft, setReviewing },
}: EditProps & { readonly editing: ReturnType<typeof useEditing> }): ReactNode {
  const { text, reading, write } = policyText;
  const inForceText = detail?.inForce?.document;
  const review = (): void => {
    // the comparison is with the draft, so it is kept first
    void draft.flush().then(
      () => setReviewing(true),
      () => {},
    );
  };
  return (
    <>
      {inForceText !== undefined && text !== inForceText && draft.state.kind !== 'conflict' && (
        <DiscardButton
          name={name}
          version={detail?.published}
          draft={draft}
          onDiscarded={() => {
            draft.settle(inForceText, null);
            write(inForceText);
          }}
        />
      )}
      <PublishButton
        open={review}
        disabled={!reading.ok || text === inForceText || draft.state.kind === 'conflict'}
      />
    </>
  );
}

/** Marks the rule that the address names, once. */
function useMarked(
  at: string | null,
  document: Parameters<typeof placeOfRule>[0],
  show: (place: readonly (string | number)[]) => void,
): void {
  const first = useRef(document);
  const place = useMemo(() => (at === null ? undefined : placeOfRule(first.current, at)), [at]);
  useEffect(() => {
    if (place !== undefined) show(place);
  }, [place, show]);
}

function isJsonBeside(): boolean {
  return matchMedia('(min-width: 75em)').matches && localStorage.getItem('toolgate-json-beside') !== 'false';
}

/** Undo and redo from anywhere but a field that is being typed in, which has its own. */
function undoKeys(undo: (() => void) | undefined, redo: (() => void) | undefined) {
  return (event: React.KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented) return;
    const { target } = event;
    if (target instanceof HTMLInputElement && target.type !== 'radio') return;
    if (target instanceof HTMLTextAreaElement) return;
    const key = event.key.toLowerCase();
    const way = key === 'z' ? (event.shiftKey ? redo : undo) : key === 'y' ? redo : undefined;
    if (way === undefined) return;
    event.preventDefault();
    way();
  };
}

function Newer({
  version,
  take,
}: {
  readonly version: number | undefined;
  readonly take: () => void;
}): ReactNode {
  return (
    <Notice
      tone="high"
      title={
        version === undefined ? 'This policy was removed' : `Version ${version} was published in the meantime`
      }
    >
      <Text size="sm" mb="xs">
        Your text is kept. What you publish replaces that version.
      </Text>
      <Button size="xs" variant="default" onClick={take}>
        Compare with it from now on
      </Button>
    </Notice>
  );
}
