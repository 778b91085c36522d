import { ToolgateError } from '#platform';

const TITLES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
} as const;

/** A refusal, as RFC 9457 has it; the title follows from the status. */
export interface Problem {
  readonly status: keyof typeof TITLES;
  /** `policy.conflict`: what programs tell problems apart by. */
  readonly code: string;
  /** What is wrong, for people; never a secret. */
  readonly detail: string;
  /** What to do about it. */
  readonly hint?: string;
  /** Every single fault, where there are several. */
  readonly errors?: readonly {
    readonly pointer?: string;
    readonly message: string;
    readonly line?: number;
    readonly column?: number;
    readonly suggestion?: string;
  }[];
  /** Seconds after which to ask again. */
  readonly retryAfter?: number;
}

/** The body of a problem, `application/problem+json`. */
export function problemBody({ retryAfter: _retry, ...problem }: Problem): object {
  return { type: 'about:blank', title: TITLES[problem.status], ...problem };
}

/** Codes of `ToolgateError`s that a request can expectedly cause, and the status each becomes. Everything else is a fault of ours. */
const STATUS_OF_CODE: Readonly<Record<string, Problem['status']>> = {
  'organisation.exists': 409,
  'member.exists': 409,
  'member.last_admin': 409,
  'server.exists': 409,
  'policy.conflict': 409,
  'policy.draft_conflict': 409,
  'policy.in_use': 409,
  'grant.label_taken': 409,
  'grant.token_taken': 409,
  'store.text': 400,
  'store.busy': 503,
  'store.closed': 503,
  'usage.cursor': 400,
};

/** The problem behind an expected error; undefined for a fault of ours. */
export function problemOf(error: unknown): Problem | undefined {
  if (!(error instanceof ToolgateError)) return undefined;
  const status = STATUS_OF_CODE[error.code];
  if (status === undefined) return undefined;
  return {
    status,
    code: error.code,
    detail: error.message,
    ...(error.hint !== undefined && { hint: error.hint }),
  };
}

/** What is not there, or not this organisation's: the same answer for both. */
export function notFound(what: string): { readonly problem: Problem } {
  return { problem: { status: 404, code: 'not_found', detail: `There is no such ${what}.` } };
}
