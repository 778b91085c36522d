import { Stack, Text } from '@mantine/core';
import { useCallback, useMemo, type ReactNode } from 'react';
import { proposalsAt } from '../../builder/completion.ts';
import type { CodeEditorProps, Highlight, Mark } from '../../parts/code-editor/code-editor.tsx';
import { useIsPainted } from '../../parts/use-painted.ts';
import { page } from '../../shell/page.tsx';
import type { PolicyText } from './use-text.ts';
import { useWorkbench } from './workbench.ts';

const CodeEditor = page<CodeEditorProps>(() => import('../../parts/code-editor/code-editor.tsx'));

/** The text of the policy, in step with the forms. */
export function JsonPane({
  policyText,
  highlight,
  mayEdit,
}: {
  readonly policyText: PolicyText;
  readonly highlight: Highlight | undefined;
  readonly mayEdit: boolean;
}): ReactNode {
  const { reading, findings, toolOf } = useWorkbench();
  const { text, write, undo, redo } = policyText;
  // the forms are seen first
  const isPainted = useIsPainted();
  const marks = useMemo(
    () => (reading.ok ? marksOf(findings) : marksOf(reading.problems)),
    [reading, findings],
  );
  const propose = useCallback(
    (now: string, offset: number) => proposalsAt(now, offset, [...toolOf.keys()]),
    [toolOf],
  );
  return (
    <Stack gap={4} h="100%">
      {isPainted && (
        <CodeEditor
          value={text}
          label="The policy as JSON"
          readOnly={!mayEdit}
          onChange={write}
          marks={marks}
          highlight={highlight}
          propose={propose}
          undo={() => undo?.()}
          redo={() => redo?.()}
        />
      )}
      <Text size="xs" c="dimmed">
        {mayEdit
          ? 'Ctrl+Space proposes what may stand here. Escape, then Tab, leaves the editor.'
          : 'Read only.'}
      </Text>
    </Stack>
  );
}

function marksOf(
  faults: readonly {
    readonly level?: 'error' | 'warning';
    readonly message: string;
    readonly line?: number;
    readonly column?: number;
    readonly suggestion?: string;
  }[],
): readonly Mark[] {
  return faults.flatMap(({ level = 'error', message, line, column, suggestion }) =>
    line === undefined
      ? []
      : [
          {
            level,
            message: suggestion === undefined ? message : `${message} (${suggestion})`,
            line,
            column: column ?? 1,
          },
        ],
  );
}
