/**
 * An expected failure, with what the person should do next. Everything that is thrown and is not one of
 * these is a bug of ours (exit code 70).
 */
export class ToolgateError extends Error {
  readonly code: string;
  /** One line that says what to do. */
  readonly hint: string | undefined;
  /** Further lines, one a fault, when there are several at once. */
  readonly details: readonly string[];

  constructor(
    code: string,
    message: string,
    options: { hint?: string; details?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ToolgateError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? [];
  }
}

/** The text of anything that was thrown; never its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Marks a branch that the types say is impossible; reaching it fails the request, never the process. */
export function assertNever(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
