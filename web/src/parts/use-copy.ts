import { useEffect, useState } from 'react';

/** `failed` where the browser lets no page write to the clipboard: then the reader has to. */
export type CopyState = 'ready' | 'copied' | 'failed';

const SHOWN_MS = 2_000;

/** What to press where a page may not copy. */
export const COPY_KEYS = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘C' : 'Ctrl+C';

/** Copies a text when asked, and says for a moment that it did. */
export function useCopy(text: string): { readonly state: CopyState; readonly copy: () => void } {
  const [state, setState] = useState<CopyState>('ready');
  useEffect(() => {
    if (state !== 'copied') return undefined;
    const timer = setTimeout(() => setState('ready'), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  return {
    state,
    copy: () => void copyText(text).then((isCopied) => setState(isCopied ? 'copied' : 'failed')),
  };
}

async function copyText(text: string): Promise<boolean> {
  // over plain http from another machine there is no clipboard, in spite of its type
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard === undefined) return copyTheOldWay(text);
  try {
    await clipboard.writeText(text);
    return true;
  } catch {
    return copyTheOldWay(text);
  }
}

/** Copies out of a field that nobody sees. It stands beside the button: a dialog lets the focus go nowhere else. */
function copyTheOldWay(text: string): boolean {
  const button = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.setAttribute('aria-hidden', 'true');
  field.style.cssText = 'position: fixed; top: 0; opacity: 0; pointer-events: none';
  (button?.parentElement ?? document.body).append(field);
  field.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    field.remove();
    if (button instanceof HTMLElement) button.focus({ preventScroll: true });
  }
}
