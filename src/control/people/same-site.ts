import type { Problem } from '../problem.ts';

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses a request that changes something and does not say that it comes from a page of ours: another site's page can make a browser
 * send its cookies. `origins` are ours, e.g. `https://gate.example.com`. Undefined for a request that may pass.
 */
export function checkSameSite(request: Request, origins: readonly string[]): Problem | undefined {
  if (READING.has(request.method)) return undefined;
  const origin = request.headers.get('origin');
  const isOurs =
    origin === null ? request.headers.get('sec-fetch-site') === 'same-origin' : origins.includes(origin);
  if (isOurs) return undefined;
  return {
    status: 403,
    code: 'people.foreign_origin',
    detail: 'The request does not come from a page of this gateway.',
    hint: 'Scripts use an API key (Authorization: Bearer …) instead of a session.',
  };
}

/**
 * The same for a request that needs no cookie, such as a sign-in: only one that a browser says to come from elsewhere is refused, so
 * that nobody is signed in to an account of somebody else's choosing.
 */
export function checkNotForeign(request: Request, origins: readonly string[]): Problem | undefined {
  const isFromBrowser = request.headers.has('origin') || request.headers.has('sec-fetch-site');
  return isFromBrowser ? checkSameSite(request, origins) : undefined;
}
