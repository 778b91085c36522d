import type { Clock, Log } from '#platform';
import { printable } from '../conversation/index.ts';
import { LineReader } from './line-reader.ts';

const MAX_LINE_BYTES = 4096;
const LINES_PER_SECOND = 50;
const BURST_LINES = 200;
/** Writes a child's standard error to the log, line by line: long lines are cut, a flood is counted instead of kept. */
export class StderrLog {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #reader: LineReader;
  #allowance = BURST_LINES;
  #filledAt: number;
  #dropped = 0;

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
    this.#filledAt = clock.now();
    this.#reader = new LineReader(MAX_LINE_BYTES, {
      onLine: (line) => this.#write(line.toString()),
      onOversize: ({ head, bytes }) => this.#write(`${head}… (${bytes} bytes)`),
    });
  }

  push(chunk: Buffer): void {
    this.#reader.push(chunk);
  }

  end(): void {
    this.#reader.end();
    this.#reportDropped();
  }

  #write(line: string): void {
    const now = this.#clock.now();
    const earned = ((now - this.#filledAt) / 1000) * LINES_PER_SECOND;
    this.#allowance = Math.min(BURST_LINES, this.#allowance + Math.max(0, earned));
    this.#filledAt = now;
    if (this.#allowance < 1) {
      this.#dropped++;
      return;
    }
    this.#allowance--;
    this.#reportDropped();
    this.#log.info({ stderr: printable(line) }, 'server wrote to standard error');
  }

  #reportDropped(): void {
    if (this.#dropped === 0) return;
    this.#log.warn({ lines: this.#dropped }, 'server writes too much to standard error; lines were dropped');
    this.#dropped = 0;
  }
}
