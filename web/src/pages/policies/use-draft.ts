import { useCallback, useEffect, useRef, useState, type Dispatch, type SetStateAction } from 'react';
import {
  isDraftConflict,
  saveDraft,
  usePolicyCache,
  type PolicyDetail,
  type PolicyName,
} from '../../api/policies.ts';
import { forgetUnsaved, rememberUnsaved, unsavedText } from './unsaved-text.ts';

const PAUSE_MS = 800;

export type DraftState =
  | { readonly kind: 'clean' | 'unsaved' | 'saving' | 'saved' | 'not json' }
  /** Somebody else kept another draft, or took the draft away: nothing is saved until the person decides. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface Draft {
  readonly state: DraftState;
  /** Saves at once what is not saved yet. Rejects when it could not be. */
  readonly flush: () => Promise<void>;
  /** What is here now is what is kept there, as the draft of this revision, or without one: after a publication, say. */
  readonly settle: (text: string, revision: number | null) => void;
  /** The text here goes in the place of that draft, or becomes one where there is none. Rejects when it could not be saved. */
  readonly replace: (revision: number | null) => Promise<void>;
  /** Somebody was quicker: reads what is there now, and waits for a decision. */
  readonly meet: () => Promise<void>;
  /** Revision of the draft that the text here goes on from; null for none. */
  readonly seen: () => number | null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Keeps the text as a draft while it is written, a moment after the last letter, and only in the place of the draft that it was made
 * of. A text that could not be kept stays in this window.
 */
export function useDraft(
  name: PolicyName,
  text: string,
  detail: PolicyDetail | null,
  enabled: boolean,
): Draft {
  const { server, policy } = name;
  const { read, kept } = usePolicyCache(name);
  const [begun] = useState(() => {
    const unsaved = enabled ? unsavedText(name) : undefined;
    return {
      saved: detail?.draft?.document ?? detail?.inForce?.document ?? text,
      seen: unsaved === undefined ? (detail?.draft?.revision ?? null) : unsaved.after,
    };
  });
  const saved = useRef(begun.saved);
  const seen = useRef<number | null>(begun.seen);
  const latest = useRef(text);
  latest.current = text;
  // one after the other: whoever does not know what became of a draft could not say which one it goes on from
  const sending = useRef<Promise<void>>(undefined);
  const tried = useRef<string>(undefined);
  const conflict = useRef<unknown>(undefined);
  const [state, setState] = useState<DraftState>({ kind: 'clean' });
  /** How often something was saved: what was written meanwhile is looked at anew. */
  const [sent, setSent] = useState(0);

  const meet = useCallback(
    async (error: unknown = new Error('somebody else saved a draft')): Promise<void> => {
      const there = await read();
      const theirs = there?.draft ?? there?.inForce;
      if (theirs !== undefined && (theirs.document === tried.current || theirs.document === latest.current)) {
        // the same text, or one of ours whose answer was lost on the way
        saved.current = theirs.document;
        seen.current = there?.draft?.revision ?? null;
        setState({ kind: theirs.document === latest.current ? 'saved' : 'unsaved' });
        return;
      }
      conflict.current = error;
      setState({ kind: 'conflict' });
    },
    [read],
  );

  const send = useCallback(
    async (wanted: string): Promise<void> => {
      const draft = await saveDraft({ server, policy }, wanted, seen.current);
      seen.current = draft.revision;
      saved.current = wanted;
      tried.current = undefined;
      forgetUnsaved({ server, policy });
      kept(draft);
      setState({ kind: latest.current === wanted ? 'saved' : 'unsaved' });
      setSent((before) => before + 1);
    },
    [server, policy, kept],
  );
  const save = useCallback(
    async (wanted: string): Promise<void> => {
      setState({ kind: 'saving' });
      try {
        await send(wanted).catch(async (error: unknown) => {
          if (!isDraftConflict(error)) throw error;
          await meet(error);
          // what is there is ours: the text goes on from it
          if (conflict.current === undefined && latest.current !== saved.current) await send(latest.current);
        });
      } catch (error) {
        tried.current = wanted;
        setState({ kind: 'failed', error });
        throw error;
      }
    },
    [send, meet],
  );

  const flush = useCallback(async (): Promise<void> => {
    while (sending.current !== undefined) await sending.current.catch(() => {});
    if (enabled && latest.current !== saved.current) {
      if (conflict.current !== undefined) throw conflict.current;
      if (!isJson(latest.current)) return setState({ kind: 'not json' });
      sending.current = save(latest.current).finally(() => {
        sending.current = undefined;
      });
      await sending.current;
    }
    if (conflict.current !== undefined) throw conflict.current;
  }, [save, enabled]);

  useSaving({ name, text, sent, saved, seen, conflict, enabled, flush, setState });
  useNews({ detail, saved, seen, sending, conflict, enabled, meet });

  const settle = useCallback(
    (now: string, revision: number | null) => {
      saved.current = now;
      seen.current = revision;
      conflict.current = undefined;
      forgetUnsaved({ server, policy });
      setState({ kind: 'clean' });
    },
    [server, policy],
  );
  const replace = useCallback(
    (revision: number | null) => {
      seen.current = revision;
      conflict.current = undefined;
      saved.current = '';
      return flush();
    },
    [flush],
  );
  return { state, flush, settle, replace, meet, seen: () => seen.current };
}

interface Box<T> {
  readonly current: T;
}

/** Saves after a pause, and takes care of what is not saved when the page goes. */
function useSaving({
  name: { server, policy },
  text,
  sent,
  saved,
  seen,
  conflict,
  enabled,
  flush,
  setState,
}: {
  readonly name: PolicyName;
  readonly text: string;
  readonly sent: number;
  readonly saved: Box<string>;
  readonly seen: Box<number | null>;
  readonly conflict: Box<unknown>;
  readonly enabled: boolean;
  readonly flush: () => Promise<void>;
  readonly setState: Dispatch<SetStateAction<DraftState>>;
}): void {
  const latest = useRef(text);
  latest.current = text;
  const remember = useCallback((): void => {
    rememberUnsaved({ server, policy }, { text: latest.current, after: seen.current });
  }, [server, policy, seen]);

  useEffect(() => {
    if (!enabled) return undefined;
    // a decision is waited for
    if (conflict.current !== undefined) return remember();
    if (text === saved.current) {
      // an edit was taken back before it was saved
      setState((before) =>
        before.kind === 'unsaved' || before.kind === 'not json' ? backTo(seen.current) : before,
      );
      return forgetUnsaved({ server, policy });
    }
    setState({ kind: isJson(text) ? 'unsaved' : 'not json' });
    const timer = setTimeout(() => void flush().catch(remember), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [server, policy, text, sent, flush, enabled, saved, seen, conflict, setState, remember]);

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (enabled && latest.current !== saved.current) event.preventDefault();
    };
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [enabled, saved]);
  // whoever goes to another page takes nothing unsaved along
  useEffect(() => () => void flush().catch(remember), [flush, remember]);
}

function backTo(revision: number | null): DraftState {
  return { kind: revision === null ? 'clean' : 'saved' };
}

/** A draft that somebody else kept is met when it is heard of, not only when one wants to save. */
function useNews({
  detail,
  saved,
  seen,
  sending,
  conflict,
  enabled,
  meet,
}: {
  readonly detail: PolicyDetail | null;
  readonly saved: Box<string>;
  readonly seen: Box<number | null>;
  readonly sending: Box<Promise<void> | undefined>;
  readonly conflict: Box<unknown>;
  readonly enabled: boolean;
  readonly meet: () => Promise<void>;
}): void {
  const theirs = detail?.draft?.revision;
  useEffect(() => {
    if (!enabled || theirs === undefined || sending.current !== undefined) return;
    // numbers rise: an older one is news of yesterday
    if (conflict.current !== undefined || theirs <= (seen.current ?? -1)) return;
    void meet().catch(() => {});
  }, [theirs, enabled, saved, seen, sending, conflict, meet]);
}
