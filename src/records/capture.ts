import { messageOf, type Clock, type KeyRing, type Log } from '#platform';
import type { CaptureStore } from '#store';

/** More arguments than this (UTF-16 units of their JSON) are not kept. */
const MAX_CHARS = 64 * 1024;
/** So many calls may wait to be written; further ones are not captured. */
const MAX_WAITING = 256;
const DAY_MS = 24 * 60 * 60 * 1000;

/** What a call was made with. */
export interface CapturedCall {
  /** Undefined when the call brought none. */
  readonly arguments: unknown;
  readonly hasLossyNumber: boolean;
}

/**
 * The arguments of calls, for servers whose owner wants to try policies on real ones. Encrypted, kept for a short time, and apart
 * from the decision log, which never holds a value.
 */
export interface Capture {
  /**
   * Keeps the arguments of the call with this record, a moment later. Never waits and never throws: what is too large, or comes
   * faster than it can be written, is left out and counted in the log.
   */
  keep(record: string, server: string, args: unknown, hasLossyNumber?: boolean): void;
  /** The captured calls among these records. What cannot be decrypted any more is left out. */
  open(records: readonly string[]): Promise<ReadonlyMap<string, CapturedCall>>;
  /** Forgets what was captured of a server more than so many days ago; resolves to how many calls that were. */
  prune(server: string, days: number): Promise<number>;
  /** Resolves when nothing waits to be written. */
  settled(): Promise<void>;
}

export interface CaptureParts {
  readonly store: CaptureStore;
  readonly keys: Pick<KeyRing, 'seal' | 'open'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
}

interface Waiting {
  readonly record: string;
  readonly server: string;
  readonly at: number;
  readonly text: string;
}

/** A capture over a store. See `Capture`. */
export function createCapture({ store, keys, clock, log }: CaptureParts): Capture {
  const waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;
  let leftOut = 0;

  async function writeAll(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { record, server, at, text } = next;
      try {
        await store.insert({ record, server, at, argumentsSealed: keys.seal(text, purposeOf(record)) });
      } catch (error) {
        log.warn({ record, error: messageOf(error) }, 'the arguments of a call could not be captured');
      }
    }
    if (leftOut > 0) log.warn({ calls: leftOut }, 'calls came too fast, or were too large, to be captured');
    leftOut = 0;
    writing = undefined;
  }

  return {
    keep(record, server, args, hasLossyNumber = false) {
      const text = waiting.length < MAX_WAITING ? textOf(args, hasLossyNumber) : undefined;
      if (text === undefined) leftOut++;
      else waiting.push({ record, server, at: clock.now(), text });
      // begins in a turn of its own: sealing is not the caller's work
      writing ??= Promise.resolve().then(writeAll);
    },
    async open(records) {
      const found = new Map<string, CapturedCall>();
      for (const { record, argumentsSealed } of await store.ofRecords(records)) {
        const call = openCall(keys, record, argumentsSealed);
        if (call !== undefined) found.set(record, call);
      }
      return found;
    },
    prune: (server, days) => store.prune(server, clock.now() - days * DAY_MS),
    async settled() {
      await writing;
    },
  };
}

function purposeOf(record: string): string {
  return `capture:${record}`;
}

function textOf(args: unknown, hasLossyNumber: boolean): string | undefined {
  try {
    const text = JSON.stringify({ arguments: args, ...(hasLossyNumber && { hasLossyNumber }) });
    return text.length <= MAX_CHARS ? text : undefined;
  } catch {
    return undefined;
  }
}

function openCall(keys: CaptureParts['keys'], record: string, sealed: string): CapturedCall | undefined {
  try {
    const call = JSON.parse(keys.open(sealed, purposeOf(record))) as Partial<CapturedCall>;
    return { arguments: call.arguments, hasLossyNumber: call.hasLossyNumber === true };
  } catch {
    return undefined;
  }
}
