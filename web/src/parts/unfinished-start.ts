const KEPT = 'toolgate-start';

/** Keeps the address of a flow that was begun in this window: whoever leaves it finds the way back. */
export function keepStart(address: string): void {
  sessionStorage.setItem(KEPT, address);
}

/** The address of a flow that was begun in this window and not finished. */
export function unfinishedStart(): string | undefined {
  const kept = sessionStorage.getItem(KEPT);
  return kept?.startsWith('/start') === true ? kept : undefined;
}

/** Nothing is to be gone on with. */
export function finishStart(): void {
  sessionStorage.removeItem(KEPT);
}
