import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Everything up to here was delivered. */
export interface ForwardCursor {
  /** Milliseconds since the epoch: no record before it is looked at again. */
  readonly at: number;
  /** Of the records at or after that moment, those whose id does not sort after this one are delivered. */
  readonly id: string;
}

/** What processes that share the work of forwarding must agree on. */
export interface ForwardState {
  cursor(): Promise<ForwardCursor | undefined>;
  save(cursor: ForwardCursor): Promise<void>;
  /**
   * Takes the right to deliver until `until`, or has it longer; false while another holder has it. Two may believe for a moment
   * that they have it, after one was stopped for long: then some records are delivered twice, and none is left out.
   */
  hold(holder: string, now: number, until: number): Promise<boolean>;
}

const cursorShape = z.object({ at: z.number(), id: z.string() });
const leaseShape = z.object({ holder: z.string(), until: z.number() });

/** The state as two small files of a folder, each replaced in one step. A file that is damaged counts as missing. */
export function forwardStateIn(folder: string): ForwardState {
  const cursorFile = join(folder, 'forward-cursor.json');
  const leaseFile = join(folder, 'forward-lease.json');
  return {
    cursor: async () => read(cursorFile, cursorShape),
    save: async (cursor) => replace(cursorFile, cursor),
    async hold(holder, now, until) {
      const lease = read(leaseFile, leaseShape);
      if (lease !== undefined && lease.holder !== holder && lease.until > now) return false;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      replace(leaseFile, { holder, until });
      return read(leaseFile, leaseShape)?.holder === holder;
    },
  };
}

function read<T>(file: string, shape: z.ZodType<T>): T | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function replace(file: string, value: object): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(value), { mode: 0o600 });
  renameSync(draft, file);
}
