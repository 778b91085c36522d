const SECONDS = { minute: 60, hour: 3600, day: 86_400 } as const;

/** A window's name, or its length in whole seconds. */
export type Window = keyof typeof SECONDS | number;

export const WINDOW_NAMES = ['minute', 'hour', 'day'] as const;

/** The longest window that a limit may have: 366 days, in seconds. */
export const LONGEST_WINDOW_SECONDS = 366 * SECONDS.day;

/** The length of a window in seconds. */
export function secondsOf(window: Window): number {
  return typeof window === 'number' ? window : SECONDS[window];
}

/** A window in words, to follow an amount: `a minute`, `in 90 seconds`. */
export function windowInWords(seconds: number): string {
  const name = WINDOW_NAMES.find((name) => SECONDS[name] === seconds);
  return name === undefined ? `in ${seconds} seconds` : `a${name === 'hour' ? 'n' : ''} ${name}`;
}
