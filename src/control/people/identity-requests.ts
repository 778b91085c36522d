import { problemBody, type Problem } from '../problem.ts';
import { ADDRESS_HEADER, BASE_PATH } from './identity-library.ts';
import { LONGEST_BODY, type IdentityPath } from './identity-paths.ts';

const FORWARDED = ['cookie', 'origin', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest'] as const;
const LONGEST_AGENT = 300;

type Body = Record<string, unknown>;

/** The body of a request, read as its path wants it; a problem for any other. */
export async function readBody(
  request: Request,
  { body: schema }: IdentityPath,
): Promise<{ readonly body: Body } | { readonly problem: Problem }> {
  if (schema === undefined) return { body: {} };
  const bytes = await bytesOf(request);
  if (bytes === undefined) return { problem: TOO_LARGE };
  let value: unknown;
  try {
    value = bytes.length === 0 ? {} : JSON.parse(bytes.toString('utf8'));
  } catch {
    return { problem: { status: 400, code: 'people.body', detail: 'The body is not JSON.' } };
  }
  const read = schema.safeParse(value);
  if (read.success) return { body: read.data };
  const errors = read.error.issues.map(({ path, message }) => ({
    pointer: path.map((part) => `/${String(part)}`).join(''),
    message,
  }));
  const detail = 'The form is not filled in as it must be.';
  return { problem: { status: 400, code: 'people.body', detail, errors } };
}

/**
 * A request as the library may see it: with the headers that it needs, our own word for the address, and a body that was read and
 * written anew (none for a path that takes none).
 */
export function forwarded(
  request: Request,
  path: string,
  {
    body,
    address,
    origin,
  }: { readonly body: Body | undefined; readonly address: string; readonly origin: string },
): Request {
  const headers = clientHeaders(request, address);
  for (const name of FORWARDED) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  if (body === undefined)
    return new Request(`${origin}${BASE_PATH}${path}${new URL(request.url).search}`, { headers });
  // Browsers leave Origin out of some requests from our own pages; that it is one was checked.
  if (!headers.has('origin') && headers.has('cookie')) headers.set('origin', origin);
  headers.set('content-type', 'application/json');
  const url = `${origin}${BASE_PATH}${path}`;
  return new Request(url, { method: request.method, headers, body: JSON.stringify(body) });
}

/** What a session keeps of the client that opened it. */
export function clientHeaders(request: Request, address: string): Headers {
  const headers = new Headers();
  if (address !== '') headers.set(ADDRESS_HEADER, address);
  const agent = request.headers.get('user-agent');
  if (agent !== null) headers.set('user-agent', agent.slice(0, LONGEST_AGENT));
  return headers;
}

/** A refusal as a response. */
export function refuse(problem: Problem): Response {
  return new Response(JSON.stringify(problemBody(problem)), {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(problem.retryAfter !== undefined && { 'retry-after': String(problem.retryAfter) }),
    },
  });
}

/** The whole body; undefined as soon as it is too long. */
async function bytesOf(request: Request): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > LONGEST_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const TOO_LARGE: Problem = {
  status: 413,
  code: 'people.too_large',
  detail: 'The body is longer than any form.',
};
