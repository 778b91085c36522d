import type { Problem } from '../problem.ts';

const STATUSES: ReadonlySet<number> = new Set([400, 401, 403, 404, 409, 422, 429]);

/** What the library calls an account that exists; said in a way that tells no more than the form itself does. */
const EXISTS: ReadonlySet<string> = new Set([
  'USER_ALREADY_EXISTS',
  'USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL',
  'FAILED_TO_CREATE_USER',
]);

/** A refusal of the library as one of ours: its code in lower case after `people.`, its words, its time to wait. */
export async function problemOfLibrary(response: Response): Promise<Problem> {
  const status = STATUSES.has(response.status) ? (response.status as Problem['status']) : 500;
  const { code, message } = await membersOf(response);
  if (status === 500) return { status, code: 'internal', detail: 'Something went wrong on our side.' };
  if (typeof code === 'string' && EXISTS.has(code)) {
    return {
      status: 422,
      code: 'people.not_made',
      detail: 'No account could be made with this address.',
      hint: 'If it is yours, sign in, or ask for a new password.',
    };
  }
  const wait = Number(response.headers.get('x-retry-after') ?? 60);
  return {
    status,
    code:
      typeof code === 'string'
        ? `people.${code.toLowerCase()}`
        : status === 429
          ? 'people.too_many_attempts'
          : 'people.refused',
    detail: typeof message === 'string' ? message : 'The request was refused.',
    ...(status === 429 && { retryAfter: Number.isFinite(wait) ? Math.max(1, wait) : 60 }),
  };
}

/**
 * A good answer of the library without the session token: that is in the cookie, which scripts cannot read, and has no business in a
 * body, which they can.
 */
export async function withoutTokens(response: Response): Promise<Response> {
  const headers = new Headers(response.headers);
  headers.set('cache-control', 'no-store');
  headers.delete('content-length');
  const text = await response.text();
  if (text === '') {
    headers.delete('content-type');
    return new Response(null, { status: response.status, headers });
  }
  const isJson = headers.get('content-type')?.includes('json') === true;
  const body = isJson ? JSON.stringify(stripped(JSON.parse(text))) : text;
  return new Response(body, { status: response.status, headers });
}

function stripped(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { token: _token, ...rest } = value as Record<string, unknown>;
  return 'session' in rest ? { ...rest, session: stripped(rest['session']) } : rest;
}

async function membersOf(
  response: Response,
): Promise<{ readonly code?: unknown; readonly message?: unknown }> {
  try {
    const value: unknown = await response.json();
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
