/** One way to the control plane: JSON in, JSON out, problems as errors. */
import { headersOf, PATIENCE_MS, takeAhead } from './ahead.ts';

/** What the API said that it will not do, and why (RFC 9457). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly errors: readonly ApiFault[];

  constructor(status: number, body: Partial<ProblemBody>) {
    super(body.detail ?? TEXT_OF_STATUS[status] ?? `The gateway answered ${status}.`);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = body.code ?? `http.${status}`;
    this.hint = body.hint;
    this.errors = body.errors ?? [];
  }
}

export interface ApiFault {
  readonly pointer?: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  readonly suggestion?: string;
}

interface ProblemBody {
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
  readonly errors: readonly ApiFault[];
}

const TEXT_OF_STATUS: Readonly<Record<number, string>> = {
  0: 'The gateway cannot be reached.',
  401: 'You are not signed in.',
  403: 'You may not do this.',
  404: 'This is not there, or not yours.',
  503: 'The gateway cannot answer just now.',
};

export interface Sent {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** The same key for the same intention: a repeated request changes nothing twice. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

let organisation: string | undefined;

/** The organisation that requests are about, for people who belong to several. */
export function setOrganisation(id: string | undefined): void {
  organisation = id;
}

/** Asks the API (`/api/v1` + path). Throws `ApiProblem`, with status 0 when there was no answer. */
export async function api<T>(path: string, sent: Sent = {}): Promise<T> {
  return ask<T>(`/api/v1${path}${queryOf(sent.query)}`, sent);
}

/** Asks for sign-in and sign-out (`/api/auth` + path). */
export async function auth<T>(path: string, body?: unknown): Promise<T> {
  return ask<T>(`/api/auth${path}`, body === undefined ? {} : { method: 'POST', body });
}

async function ask<T>(url: string, sent: Sent): Promise<T> {
  const { method = 'GET', signal } = sent;
  let response: Response;
  try {
    response = await ((method === 'GET' && takeAhead(url, organisation)) || send(url, sent));
    signal?.throwIfAborted();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiProblem(0, { code: 'network' });
  }
  const text = await response.text();
  const parsed = text === '' ? undefined : parse(text);
  if (response.ok) return parsed as T;
  throw new ApiProblem(response.status, problemIn(parsed));
}

function send(url: string, { method = 'GET', body, idempotencyKey, signal }: Sent): Promise<Response> {
  const limit = AbortSignal.timeout(PATIENCE_MS);
  return fetch(url, {
    method,
    credentials: 'same-origin',
    headers: {
      ...headersOf(organisation),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function problemIn(body: unknown): Partial<ProblemBody> {
  if (typeof body !== 'object' || body === null) return {};
  // sign-in speaks of `message` where the API speaks of `detail`
  const { message } = body as { readonly message?: unknown };
  return { ...(typeof message === 'string' && { detail: message }), ...body };
}

export function queryOf(query: Sent['query'] = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') search.set(name, String(value));
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
