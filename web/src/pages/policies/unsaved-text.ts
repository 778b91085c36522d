import type { PolicyName } from '../../api/policies.ts';

/** A text that could not be kept as a draft, and the revision of the draft that it was made of. */
export interface UnsavedText {
  readonly text: string;
  readonly after: number | null;
}

const keyOf = ({ server, policy }: PolicyName): string => `toolgate-unsaved:${server}/${policy}`;

/** Keeps a text in this window, so that another page or a reload does not cost it. */
export function rememberUnsaved(name: PolicyName, unsaved: UnsavedText): void {
  try {
    sessionStorage.setItem(keyOf(name), JSON.stringify(unsaved));
  } catch {
    // a browser that keeps nothing: the text is on the page still
  }
}

/** The text that this window still has of a policy. */
export function unsavedText(name: PolicyName): UnsavedText | undefined {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(keyOf(name)) ?? 'null');
    if (typeof kept !== 'object' || kept === null || !('text' in kept) || !('after' in kept))
      return undefined;
    const { text, after } = kept;
    if (typeof text !== 'string' || (after !== null && typeof after !== 'number')) return undefined;
    return { text, after };
  } catch {
    return undefined;
  }
}

export function forgetUnsaved(name: PolicyName): void {
  try {
    sessionStorage.removeItem(keyOf(name));
  } catch {
    // nothing was kept
  }
}
