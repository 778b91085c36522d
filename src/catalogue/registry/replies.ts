import type { Context } from 'hono';
import { answer, STRICT_HEADERS } from '../pages/routes.ts';
import { problemBody, type Problem } from './problem.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Methods of what is only read. */
export const READING = 'GET, HEAD';

/** An answer that may be kept for a while, and read from pages of other sites. */
export function readable(c: Context, body: string): Response {
  return openToAll(answer(c, body, { status: 200, type: JSON_TYPE, cache: 'public, max-age=300' }));
}

/** An answer to what was sent. */
export function once(c: Context, body: string): Response {
  return c.body(body, 200, { ...STRICT_HEADERS, 'content-type': JSON_TYPE, 'cache-control': 'no-store' });
}

/** A refusal; it may be read wherever an answer may. */
export function refuse(c: Context, problem: Problem): Response {
  const response = answer(c, jsonText(problemBody(problem)), {
    status: problem.status,
    type: PROBLEM_TYPE,
    cache: 'no-store',
  });
  if (problem.retryAfter !== undefined) response.headers.set('retry-after', String(problem.retryAfter));
  if (problem.allow !== undefined) response.headers.set('allow', problem.allow);
  return ['GET', 'HEAD'].includes(c.req.method) ? openToAll(response) : response;
}

/** Lets pages of other sites ask again with the tag of an answer. */
export function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': READING,
      'access-control-allow-headers': 'If-None-Match',
      'access-control-max-age': '86400',
    },
  });
}

/** The same value gives the same text. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

function openToAll(response: Response): Response {
  response.headers.set('access-control-allow-origin', '*');
  response.headers.set('access-control-expose-headers', 'ETag, Retry-After');
  return response;
}
