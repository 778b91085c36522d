const TIME = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const SHORT = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const WHOLE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** `14:05:09`: lines of a log are compared with one another, so they say when, not how long ago. */
export function clockTime(at: string): string {
  return TIME.format(new Date(at));
}

/** `29 Nov` */
export function dayOf(at: string): string {
  return DAY.format(new Date(at));
}

/** Date and time, to the second. */
export function wholeTime(at: string): string {
  return WHOLE.format(new Date(at));
}

/** `14:05`, with the day when it is another one than today. */
export function untilWhen(at: string, now = Date.now()): string {
  const time = SHORT.format(new Date(at));
  return new Date(at).toDateString() === new Date(now).toDateString() ? time : `${dayOf(at)}, ${time}`;
}

/** `85 ms`, `1.2 s` */
export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
