import fc from 'fast-check';

/** One thing that is fuzzed: inputs, and what must hold for each of them. */
export interface TargetParts<T> {
  readonly name: string;
  /** What holds for every input, in a sentence. */
  readonly promise: string;
  /** Gives values that survive JSON, so that a finding can be kept as a file. */
  readonly input: fc.Arbitrary<T>;
  /** Throws when the promise is broken. */
  readonly check: (input: T) => void | Promise<void>;
  /** `check` may wait. */
  readonly isAsync?: boolean;
  readonly start?: () => Promise<void>;
  readonly stop?: () => Promise<void>;
}

export interface FuzzTarget {
  readonly name: string;
  readonly promise: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Tries inputs for a time; undefined seed takes a fresh one. */
  run(options: { readonly ms: number; readonly seed?: number | undefined }): Promise<FuzzOutcome>;
  /** Tries one kept input; rejects when the promise is broken. */
  replay(input: unknown): Promise<void>;
}

export interface FuzzOutcome {
  readonly runs: number;
  readonly finding: Finding | undefined;
}

/** An input that breaks a promise, as small as it could be made. */
export interface Finding {
  readonly target: string;
  readonly seed: number;
  readonly path: string;
  readonly input: unknown;
  /** Seed, path, input and error in words. */
  readonly report: string;
}

/** How long an input may be made smaller after it was found. */
const SHRINK_MS = 60_000;

/** Makes a target of its parts: the type of its inputs is no business of those who run it. */
export function defineTarget<T>(parts: TargetParts<T>): FuzzTarget {
  // what fails outside of a check would end the process: the check that it happened in has failed
  const stray: unknown[] = [];
  const note = (error: unknown): void => void stray.push(error);
  const checkAll = async (input: T): Promise<void> => {
    await parts.check(input);
    const [first] = stray.splice(0);
    if (first !== undefined) throw new Error(`an error that nobody caught: ${String(first)}`);
  };
  const property = parts.isAsync
    ? fc.asyncProperty(parts.input, checkAll)
    : fc.property(parts.input, (input) => {
        void parts.check(input);
      });
  const check = (parameters: fc.Parameters<[T]>): Promise<fc.RunDetails<[T]>> =>
    Promise.resolve(fc.check(property as fc.IAsyncProperty<[T]>, parameters));

  return {
    name: parts.name,
    promise: parts.promise,
    async start() {
      process.on('uncaughtException', note).on('unhandledRejection', note);
      await parts.start?.();
    },
    async stop() {
      await parts.stop?.();
      process.off('uncaughtException', note).off('unhandledRejection', note);
    },
    replay: (input) => checkAll(input as T),
    async run({ ms, seed }) {
      const first = await check({
        ...(seed === undefined ? {} : { seed }),
        numRuns: Number.MAX_SAFE_INTEGER,
        interruptAfterTimeLimit: ms,
        markInterruptAsFailure: false,
      });
      if (!first.failed || first.counterexamplePath === null)
        return { runs: first.numRuns, finding: undefined };
      // the time limit may have cut the search for a smaller input short
      const path = first.counterexamplePath;
      const second = await check({
        seed: first.seed,
        path,
        interruptAfterTimeLimit: SHRINK_MS,
        markInterruptAsFailure: false,
      });
      const details = second.failed && second.counterexample !== null ? second : first;
      return {
        runs: first.numRuns,
        finding: {
          target: parts.name,
          seed: details.seed,
          path: details.counterexamplePath ?? path,
          input: details.counterexample?.[0],
          report: `${fc.defaultReportMessage(details) ?? ''}\n${String(details.errorInstance)}`,
        },
      };
    },
  };
}
