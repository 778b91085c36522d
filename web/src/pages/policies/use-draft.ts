import { useCallback, useEffect, useRef, useState } from 'react';
import { saveDraft, type PolicyName } from '../../api/policies.ts';

const PAUSE_MS = 800;

export type DraftState =
  | { readonly kind: 'clean' | 'unsaved' | 'saving' | 'saved' | 'not json' }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface Draft {
  readonly state: DraftState;
  /** Saves at once what is not saved yet. */
  readonly flush: () => Promise<void>;
  /** What is here now is what is kept there: after a publication, say. */
  readonly settle: (text: string) => void;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Keeps the text as a draft while it is written, a moment after the last letter. */
export function useDraft(name: PolicyName, text: string, kept: string | undefined, enabled: boolean): Draft {
  const saved = useRef(kept ?? text);
  const running = useRef<AbortController>(undefined);
  const latest = useRef(text);
  latest.current = text;
  const [state, setState] = useState<DraftState>({ kind: 'clean' });
  const { server, policy } = name;

  const flush = useCallback(async () => {
    const wanted = latest.current;
    if (!enabled || wanted === saved.current) return;
    if (!isJson(wanted)) return setState({ kind: 'not json' });
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setState({ kind: 'saving' });
    try {
      await saveDraft({ server, policy }, wanted, controller.signal);
      saved.current = wanted;
      setState({ kind: latest.current === wanted ? 'saved' : 'unsaved' });
    } catch (error) {
      if (controller.signal.aborted) return;
      setState({ kind: 'failed', error });
      throw error;
    }
  }, [server, policy, enabled]);

  useEffect(() => {
    if (!enabled || text === saved.current) return undefined;
    setState({ kind: isJson(text) ? 'unsaved' : 'not json' });
    const timer = setTimeout(() => void flush().catch(() => {}), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, flush, enabled]);

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (enabled && latest.current !== saved.current) event.preventDefault();
    };
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [enabled]);
  // whoever goes to another page takes nothing unsaved along
  useEffect(() => () => void flush().catch(() => {}), [flush]);

  const settle = useCallback((now: string) => {
    saved.current = now;
    setState({ kind: 'clean' });
  }, []);
  return { state, flush, settle };
}
