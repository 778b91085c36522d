import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** One file of the ledger. Bytes are only ever added at its end, by any number of processes at a time. */
export interface Segment {
  readonly number: number;
  /** Adds all bytes in one piece, after whatever others have added. Throws when not all of them could be written. */
  append(bytes: Uint8Array): void;
  /** Fills `target` from `position` on; gives how many bytes there were. */
  read(position: number, target: Uint8Array): number;
  size(): number;
  close(): void;
}

/** The files of one ledger, numbered from 1. */
export interface Segments {
  /** Numbers of the segments that exist, lowest first. */
  list(): readonly number[];
  /** Opens a segment; `read` forbids appending. Throws what `isGone` knows for one that is not there. */
  open(number: number, access: 'append' | 'read'): Segment;
  /** Makes a segment that begins with `bytes`, at once and whole. False when another process made it before: that one stays. */
  create(number: number, bytes: Uint8Array): boolean;
  /** Takes a segment away for good; who has it open reads it to its end. Does nothing when it is gone already. */
  remove(number: number): void;
}

/** Whether opening failed because the segment is not there: another process took it away, or none has made it. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ENOENT';
}

const NAME = /^(\d{8})\.ledger$/;

function nameOf(number: number): string {
  return `${String(number).padStart(8, '0')}.ledger`;
}

/** Segments as files of a folder, which is made with the first of them. Readable by their owner alone. */
export function segmentsIn(folder: string): Segments {
  return {
    list() {
      let names: string[];
      try {
        names = readdirSync(folder);
      } catch (error) {
        if (isGone(error)) return [];
        throw error;
      }
      return names
        .flatMap((name) => NAME.exec(name)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => a - b);
    },
    open(number, access) {
      // O_APPEND: the system puts every write behind the last one, whichever process made that
      const flags = access === 'read' ? constants.O_RDONLY : constants.O_RDWR | constants.O_APPEND;
      return new FileSegment(number, openSync(join(folder, nameOf(number)), flags));
    },
    create(number, bytes) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const draft = join(folder, `${nameOf(number)}.${process.pid}`);
      writeFileSync(draft, bytes, { mode: 0o600 });
      try {
        linkSync(draft, join(folder, nameOf(number))); // fails when it is there, unlike a rename
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        return false;
      } finally {
        rmSync(draft, { force: true });
      }
    },
    remove: (number) => rmSync(join(folder, nameOf(number)), { force: true }),
  };
}

class FileSegment implements Segment {
  readonly number: number;
  readonly #file: number;

  constructor(number: number, file: number) {
    this.number = number;
    this.#file = file;
  }

  append(bytes: Uint8Array): void {
    const written = writeSync(this.#file, bytes);
    if (written < bytes.length) throw new Error(`only ${written} of ${bytes.length} bytes could be written`);
  }

  read(position: number, target: Uint8Array): number {
    return readSync(this.#file, target, 0, target.length, position);
  }

  size(): number {
    return fstatSync(this.#file).size;
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Segments that live in this process only, for tests and for what need not last. */
export function segmentsInMemory(): Segments {
  const segments = new Map<number, MemorySegment>();
  return {
    list: () => [...segments.keys()].toSorted((a, b) => a - b),
    open(number) {
      const segment = segments.get(number);
      if (segment === undefined) throw Object.assign(new Error(`no segment ${number}`), { code: 'ENOENT' });
      return segment;
    },
    create(number, bytes) {
      if (segments.has(number)) return false;
      const segment = new MemorySegment(number);
      segment.append(bytes);
      segments.set(number, segment);
      return true;
    },
    remove: (number) => void segments.delete(number),
  };
}

class MemorySegment implements Segment {
  readonly number: number;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(number: number) {
    this.number = number;
  }

  append(bytes: Uint8Array): void {
    this.#chunks.push(Uint8Array.from(bytes));
    this.#size += bytes.length;
  }

  read(position: number, target: Uint8Array): number {
    let index = this.#chunks.length;
    let start = this.#size;
    while (index > 0 && start > position) start -= this.#chunks[--index]?.length ?? 0;
    let filled = 0;
    for (
      let skip = position - start;
      index < this.#chunks.length && filled < target.length;
      index++, skip = 0
    ) {
      const part = this.#chunks[index]?.subarray(skip, skip + target.length - filled) ?? new Uint8Array(0);
      target.set(part, filled);
      filled += part.length;
    }
    return filled;
  }

  size(): number {
    return this.#size;
  }

  close(): void {}
}
