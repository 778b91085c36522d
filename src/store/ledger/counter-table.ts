import type { CounterEntry, ReserveOutcome } from '../ports.ts';

interface Cell {
  readonly counter: string;
  readonly windowStart: number;
  expiresAt: number;
  usedMicros: number;
}

const GRANTED: ReserveOutcome = { granted: true };

/**
 * The counters as they stand after the lines of the ledger that were read so far. Changes can be taken back up to the last
 * `settle`, exactly.
 */
export class CounterTable {
  /** By the start of the window, and by counter. */
  readonly #windows = new Map<number, Map<string, Cell>>();
  /** Every cell that was changed since, with what it held before, oldest first. */
  readonly #changed: Cell[] = [];
  readonly #before: number[] = [];
  /** The cell that was looked up last; the next call is often charged the same. */
  #last: { readonly entry: CounterEntry; readonly cell: Cell } | undefined;

  usedOf(counter: string, windowStart: number): number {
    return this.#windows.get(windowStart)?.get(counter)?.usedMicros ?? 0;
  }

  /** Adds every amount, or none of them when one would pass its maximum. */
  take(entries: readonly CounterEntry[]): ReserveOutcome {
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index] as CounterEntry;
      const cell = this.#cellOf(entry);
      if (entry.amountMicros > entry.maxMicros - cell.usedMicros) {
        const { usedMicros } = cell;
        this.#takeBack(index);
        return { granted: false, index, usedMicros };
      }
      this.#set(cell, cell.usedMicros + entry.amountMicros);
    }
    return GRANTED;
  }

  /** What was changed until now stays. */
  settle(): void {
    this.#changed.length = 0;
    this.#before.length = 0;
  }

  /** Takes back everything since the last `settle`. */
  rollBack(): void {
    this.#takeBack(this.#changed.length);
  }

  /** Adds every amount without looking at the maximum; never past what a number holds exactly. */
  add(entries: readonly CounterEntry[]): void {
    for (const entry of entries) {
      const cell = this.#cellOf(entry);
      this.#set(cell, Math.min(cell.usedMicros + entry.amountMicros, Number.MAX_SAFE_INTEGER));
    }
  }

  giveBack(entries: readonly CounterEntry[]): void {
    for (const { counter, windowStart, amountMicros } of entries) {
      const cell = this.#windows.get(windowStart)?.get(counter);
      if (cell) this.#set(cell, Math.max(cell.usedMicros - amountMicros, 0));
    }
  }

  /** Forgets what expired before `now`; gives how many counters that were. */
  prune(now: number): number {
    this.#last = undefined;
    let forgotten = 0;
    for (const [start, cells] of this.#windows) {
      for (const [counter, cell] of cells) if (cell.expiresAt < now && cells.delete(counter)) forgotten++;
      if (cells.size === 0) this.#windows.delete(start);
    }
    return forgotten;
  }

  /** Every counter as an entry whose amount is what was used. */
  entries(): readonly CounterEntry[] {
    return Array.from(this.#windows.values(), (cells) => [...cells.values()])
      .flat()
      .map(({ counter, windowStart, expiresAt, usedMicros }) => ({
        counter,
        windowStart,
        expiresAt,
        amountMicros: usedMicros,
        maxMicros: 0,
      }));
  }

  clear(): void {
    this.settle();
    this.#last = undefined;
    this.#windows.clear();
  }

  #set(cell: Cell, usedMicros: number): void {
    this.#changed.push(cell);
    this.#before.push(cell.usedMicros);
    cell.usedMicros = usedMicros;
  }

  #takeBack(count: number): void {
    for (let i = 0; i < count; i++) {
      const cell = this.#changed.pop();
      const usedMicros = this.#before.pop();
      if (cell !== undefined && usedMicros !== undefined) cell.usedMicros = usedMicros;
    }
  }

  #cellOf(entry: CounterEntry): Cell {
    if (this.#last?.entry !== entry) this.#last = { entry, cell: this.#lookUp(entry) };
    return this.#last.cell;
  }

  #lookUp({ counter, windowStart, expiresAt }: CounterEntry): Cell {
    let cells = this.#windows.get(windowStart);
    if (cells === undefined) this.#windows.set(windowStart, (cells = new Map<string, Cell>()));
    let cell = cells.get(counter);
    if (cell === undefined) cells.set(counter, (cell = { counter, windowStart, expiresAt, usedMicros: 0 }));
    cell.expiresAt = expiresAt;
    return cell;
  }
}
