import type { Answer } from './answers.ts';

/** A refusal, as RFC 9457 has it; the title follows from the status. */
export type Problem = Omit<Answer<'Problem'>, 'title' | 'status'> & {
  readonly status: keyof typeof TITLES;
  /** Seconds after which to ask again. */
  readonly retryAfter?: number;
  /** Methods that there are instead. */
  readonly allow?: string;
};

const TITLES = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

/** While there is no index. */
export const NOT_READY: Problem = {
  status: 503,
  code: 'registry.not_ready',
  detail: 'The index of the catalogue is being built.',
  hint: 'Ask again in a few seconds.',
  retryAfter: 5,
};

/** The problem as its body has it. */
export function problemBody({ retryAfter: _retry, allow: _allow, ...problem }: Problem): Answer<'Problem'> {
  const { status, code, detail, ...rest } = problem;
  return { title: TITLES[status], status, code, detail, ...rest };
}
