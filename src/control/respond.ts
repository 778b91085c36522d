import { problemBody, type Problem } from './problem.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** On every answer: it is for the one who asked, once, and a browser shows it to nobody else and runs nothing of it. */
const STRICT_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** An answer before it is written: a status, a body of JSON where there is one, and headers of its own. */
export interface Reply {
  readonly status: number;
  readonly text: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** The reply of an answer; undefined is one without a body. */
export function replyOf(
  answer: unknown,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  if (answer === undefined) return { status, text: undefined, headers };
  return { status, text: `${JSON.stringify(answer)}\n`, headers: { ...headers, 'content-type': JSON_TYPE } };
}

/** The reply of a refusal; `headers` are further ones. */
export function refusalOf(problem: Problem, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status: problem.status,
    text: `${JSON.stringify(problemBody(problem))}\n`,
    headers: {
      ...headers,
      'content-type': PROBLEM_TYPE,
      ...(problem.status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(problem.retryAfter !== undefined && { 'retry-after': String(problem.retryAfter) }),
    },
  };
}

/** The reply as a response. */
export function responseOf({ status, text, headers }: Reply): Response {
  return new Response(text ?? null, { status, headers: { ...headers } });
}

/** Gives a response of ours the headers that all have. */
export function framed(response: Response, requestId: string): Response {
  const { headers } = response;
  for (const [name, value] of Object.entries(STRICT_HEADERS)) headers.set(name, value);
  headers.set('x-request-id', requestId);
  return response;
}
