import { startTransition, useCallback, useMemo, useRef, useState } from 'react';
import type { CompiledPolicy, PolicyDocument } from '#policy';
import { nothingYet } from '../../builder/effect.ts';
import { readText, type Reading } from '../../builder/model.ts';
import type { Change } from './workbench.ts';

interface History {
  readonly past: readonly string[];
  readonly text: string;
  readonly future: readonly string[];
}

const MOST_STEPS = 200;
/** What is typed in one go is undone in one go; what a form changes is a step of its own. */
const ONE_GO_MS = 700;

/** The text of a policy, with what it says and the way back. */
export interface PolicyText {
  readonly text: string;
  /** The text that the forms show: a moment behind while somebody types fast. */
  readonly shown: string;
  readonly reading: Reading;
  readonly document: PolicyDocument;
  readonly policy: CompiledPolicy;
  readonly write: (text: string) => void;
  readonly edit: (change: Change) => string | undefined;
  /** Puts texts in, one after the other, each a step of its own on the way back. */
  readonly put: (...texts: readonly string[]) => void;
  readonly undo: (() => void) | undefined;
  readonly redo: (() => void) | undefined;
}

/** Keeps the text that forms and editor change together. `fallback` is what the forms show while the first text is no policy. */
export function usePolicyText(initial: string, name: string, fallback?: string): PolicyText {
  const { history, setHistory, put } = useHistory(initial);
  const { text, past, future } = history;
  // what is typed in the editor may reach the forms a moment later; what a form changes reaches them at once
  const [shown, setShown] = useState(initial);
  const shownNow = useRef(shown);
  shownNow.current = shown;
  const now = useRef<Written>({ text, reading: undefined });
  // what a form changed was read when it was
  const reading = useMemo(
    () => (now.current.text === shown ? now.current.reading : undefined) ?? readText(shown, name),
    [shown, name],
  );
  const good = useLastGood(reading, name, fallback);
  if (now.current.text !== text || now.current.reading === undefined)
    now.current = { text, reading: text === shown && reading.ok ? reading : undefined };
  const write = useCallback(
    (next: string) => {
      put(next, true);
      startTransition(() => setShown(next));
    },
    [put],
  );
  const edit = useCallback(
    (change: Change) => {
      // a form that shows an older text would write its older values back
      if (now.current.text !== shownNow.current) return 'The form is catching up with the text. Try again.';
      const before = now.current.reading ?? readText(now.current.text, name);
      if (!before.ok) return 'The text is not a policy just now.';
      const next = change(now.current.text, before.document);
      if (next === now.current.text) return undefined;
      const read = readText(next, name);
      if (!read.ok) return read.problems[0]?.message ?? 'This cannot be.';
      // several edits in one go build upon each other
      now.current = { text: next, reading: read };
      shownNow.current = next;
      put(next, false);
      setShown(next);
      return undefined;
    },
    [put, name],
  );
  const putAll = (...texts: readonly string[]): void => {
    for (const next of texts) put(next, false);
    setShown((before) => texts.at(-1) ?? before);
  };
  const go = (next: History): void => {
    setHistory(next);
    setShown(next.text);
  };
  return {
    text,
    shown,
    reading,
    document: good.document,
    policy: good.policy,
    write,
    edit,
    put: putAll,
    undo: past.length > 0 ? () => go(back(history)) : undefined,
    redo: future.length > 0 ? () => go(forth(history)) : undefined,
  };
}

/** What the text said when it last was a policy; before that, what `fallback` says. */
function useLastGood(
  reading: Reading,
  name: string,
  fallback: string | undefined,
): Pick<Good, 'document' | 'policy'> {
  const last = useRef<Good>(undefined);
  if (reading.ok) last.current = reading;
  const reserve = useMemo(
    () => (fallback === undefined ? undefined : readText(fallback, name)),
    [fallback, name],
  );
  return last.current ?? (reserve?.ok === true ? reserve : NOTHING);
}

/** Every text that there was, and the way to add one; what `joins` within a moment is one step with what came before. */
function useHistory(initial: string): {
  readonly history: History;
  readonly setHistory: (history: History) => void;
  readonly put: (next: string, joins: boolean) => void;
} {
  const [history, setHistory] = useState<History>({ past: [], text: initial, future: [] });
  const lastWrite = useRef(0);

  const put = useCallback((next: string, joins: boolean) => {
    const at = Date.now();
    const isOneGo = joins && at - lastWrite.current < ONE_GO_MS;
    lastWrite.current = joins ? at : 0;
    setHistory((before) => {
      if (before.text === next) return before;
      const steps =
        isOneGo && before.past.length > 0 ? before.past : [...before.past.slice(-MOST_STEPS), before.text];
      return { past: steps, text: next, future: [] };
    });
  }, []);
  return { history, setHistory, put };
}

/** The last text, and what it says where that is known. */
interface Written {
  readonly text: string;
  readonly reading: Good | undefined;
}

type Good = Extract<Reading, { ok: true }>;

const NOTHING = {
  document: { version: '1', default: 'deny' } as const satisfies PolicyDocument,
  policy: nothingYet(),
};

function back(history: History): History {
  const last = history.past.at(-1);
  if (last === undefined) return history;
  return { past: history.past.slice(0, -1), text: last, future: [history.text, ...history.future] };
}

function forth(history: History): History {
  const [next, ...future] = history.future;
  return next === undefined ? history : { past: [...history.past, history.text], text: next, future };
}
