import { Hono } from 'hono';
import { messageOf, newId, type Clock, type KeyRing, type Log } from '#platform';
import type { ControlStore } from '#store';
import { refusedAccess } from './access.ts';
import { actorOf, type Caller } from './caller.ts';
import { readBySchema } from './faults.ts';
import { createKeptAnswers, requestHash, type KeptAnswers, type KeyedRequest } from './idempotency.ts';
import { openApiDocument } from './openapi.ts';
import { problemOf, type Problem } from './problem.ts';
import { RateLimit } from './rate-limit.ts';
import { readBody, readBytes, readQuery } from './read-request.ts';
import { framed, refusalOf, replyOf, responseOf, type Reply } from './respond.ts';
import type { Access, Ask, AuditDraft, Outcome, Route } from './route.ts';

export const API_BASE = '/api/v1';
export const OPENAPI_PATH = '/api/openapi.json';
const CALLS_A_MINUTE = 600;

/** One line for the audit log, with who did it. */
export type AuditLine = Pick<AuditDraft, 'action' | 'target' | 'detail'> & {
  readonly actor: string;
  readonly actorLabel: string;
};

export interface ControlApiParts {
  readonly routes: readonly Route[];
  /** Who asks; undefined for nobody. `access` is the kind of the route that is asked. */
  readonly callerOf: (
    request: Request,
    access: Access['kind'],
  ) => Promise<Caller | undefined | { readonly problem: Problem }>;
  /** Appends to the audit log of an organisation; called inside a transaction of the store. */
  readonly audit: (organisation: string, line: AuditLine) => Promise<unknown>;
  readonly store: Pick<ControlStore, 'idempotency' | 'transaction'>;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  /** Why a request that changes something, sent with a cookie, may come from a page of somewhere else; undefined when it does not. */
  readonly sameSite: (request: Request) => Problem | undefined;
  /** Brings what was changed into force in this process; called behind every change, before its answer. What fails is tried again by itself. */
  readonly bringIntoForce?: () => Promise<void>;
  /** Requests that each caller may send in a minute; 600 unless told. */
  readonly callsPerMinute?: number;
}

export interface ControlApi {
  /** Answers what is asked below `/api/v1` and at `/api/openapi.json`. Never rejects. */
  fetch(request: Request): Promise<Response>;
}

/** What serves one request, besides its route. */
interface Kernel extends ControlApiParts {
  readonly kept: KeptAnswers;
  readonly rate: RateLimit;
}

/**
 * The API of the control plane. What holds for every route is done here, in this order: who asks, how often, whether they may, where
 * a browser's request comes from, what is asked, whether it was asked before. A route only answers.
 */
export function createControlApi(parts: ControlApiParts): ControlApi {
  const { routes, store, keys, clock, log } = parts;
  const kernel: Kernel = {
    ...parts,
    kept: createKeptAnswers(store.idempotency, keys, clock),
    rate: new RateLimit(parts.callsPerMinute ?? CALLS_A_MINUTE, clock),
  };
  const app = new Hono<{ Bindings: { readonly requestId: string } }>();
  // making it takes a tenth of a second on cold code, which who visits first would wait for
  let document: Reply | undefined;
  app.get(OPENAPI_PATH, () =>
    responseOf((document ??= replyOf(openApiDocument(routes, parts.version), 200))),
  );
  const paths = new Map<string, Route['method'][]>();
  // a brace sorts behind every letter, so that a path in plain words goes before one with a part in its place
  for (const route of [...routes].sort(byPath)) {
    paths.set(route.path, [...(paths.get(route.path) ?? []), route.method]);
    app.on(route.method, honoPath(route.path), (c) =>
      serve(kernel, route, c.req.raw, c.req.param(), c.env.requestId),
    );
  }
  app.all(OPENAPI_PATH, () => wrongMethod(['GET']));
  for (const [path, methods] of paths) app.all(honoPath(path), () => wrongMethod(methods));
  app.notFound(() => responseOf(refusalOf(NO_SUCH_PATH)));
  app.onError((error, { env: { requestId } }) => responseOf(failure(log, error, { requestId })));
  return {
    async fetch(request) {
      const requestId = newId('req', clock.now());
      return framed(await app.fetch(request, { requestId }), requestId);
    },
  };
}

/** The refusal behind something that was thrown: an expected one, or a fault of ours, which goes to the log. */
function failure(log: Log, error: unknown, about: Readonly<Record<string, string>>): Reply {
  const problem = problemOf(error);
  if (problem === undefined) log.error({ err: error, ...about }, 'a request of the control API failed');
  return refusalOf(problem ?? FAULT);
}

function byPath(a: Route, b: Route): number {
  if (a.path === b.path) return 0;
  return a.path < b.path ? -1 : 1;
}

function honoPath(path: string): string {
  return `${API_BASE}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
}

function wrongMethod(methods: readonly Route['method'][]): Response {
  const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
  return responseOf(refusalOf({ ...WRONG_METHOD, hint: `Use one of: ${allow}.` }, { allow }));
}

async function serve(
  kernel: Kernel,
  route: Route,
  request: Request,
  path: Readonly<Record<string, string>>,
  requestId: string,
): Promise<Response> {
  const found = await kernel.callerOf(request, route.access.kind);
  const isRefused = found !== undefined && 'problem' in found;
  // what everybody may ask can be asked with a session that has ended, too
  if (isRefused && route.access.kind !== 'public') return responseOf(refusalOf(found.problem));
  const caller = isRefused ? undefined : found;
  const refused = refusedCaller(kernel, route, request, caller);
  if (refused !== undefined) return responseOf(refusalOf(refused));

  const query = readQuery(route.query, new URL(request.url).searchParams);
  if ('problem' in query) return responseOf(refusalOf(query.problem));
  const isReading = route.method === 'GET';
  const read = isReading ? { bytes: Buffer.alloc(0) } : await readBytes(request);
  if ('problem' in read) return responseOf(refusalOf(read.problem));
  const body = isReading ? { body: undefined } : readBody(route.body, request, read.bytes);
  if ('problem' in body) return responseOf(refusalOf(body.problem));

  const call = new Call(kernel, route, caller, requestId);
  const ask = { path, ...query, ...body, caller, at: kernel.clock.now(), request, change: call.change };
  const key = keyOf(route, request, caller, read.bytes);
  if (key === undefined) return call.answer(ask);
  const begun = await kernel.kept.begin(key);
  if (begun.kind === 'refused') return responseOf(refusalOf(begun.problem));
  return begun.kind === 'replay' ? responseOf(begun.reply) : call.answerOnce(ask, key);
}

function refusedCaller(
  { rate, sameSite }: Kernel,
  { access, method }: Route,
  request: Request,
  caller: Caller | undefined,
): Problem | undefined {
  const retryAfter = caller === undefined ? undefined : rate.take(actorOf(caller));
  if (retryAfter !== undefined) return { ...TOO_MANY, retryAfter };
  const refused = refusedAccess(access, caller);
  if (refused !== undefined) return refused;
  return caller?.kind === 'user' && method !== 'GET' ? sameSite(request) : undefined;
}

/** The key under which the answer is kept. What nobody in particular asks has none: whoever guessed it would get the answer. */
function keyOf(
  route: Route,
  request: Request,
  caller: Caller | undefined,
  bytes: Uint8Array,
): KeyedRequest | undefined {
  const key = request.headers.get('idempotency-key');
  if (key === null || route.method !== 'POST' || caller === undefined) return undefined;
  const principal = `${caller.organisation ?? ''}/${actorOf(caller)}`;
  return { principal, key, requestHash: requestHash(request, bytes) };
}

type AnyAsk = Ask<unknown, unknown, Caller | undefined>;

/** One request on its way through its route. */
class Call {
  readonly #kernel: Kernel;
  readonly #route: Route;
  readonly #caller: Caller | undefined;
  readonly #requestId: string;
  #hasChanged = false;

  constructor(kernel: Kernel, route: Route, caller: Caller | undefined, requestId: string) {
    this.#kernel = kernel;
    this.#route = route;
    this.#caller = caller;
    this.#requestId = requestId;
  }

  readonly change: AnyAsk['change'] = async (draft, work) => {
    const result = await this.#kernel.store.transaction(async () => {
      const done = await work();
      const line = typeof draft === 'function' ? draft(done) : draft;
      if (line !== undefined) await this.#audit(line);
      return done;
    });
    this.#hasChanged = true;
    return result;
  };

  async answer(ask: AnyAsk): Promise<Response> {
    const made = await this.#make(ask);
    if (!(made instanceof Response)) return responseOf(made);
    if (ask.request.method !== 'HEAD') return made;
    // nobody will read it: a stream would stay open for ever
    await made.body?.cancel();
    return new Response(null, made);
  }

  /** The same for a request with a key: its answer is kept, unless it failed. */
  async answerOnce(ask: AnyAsk, key: KeyedRequest): Promise<Response> {
    const { kept } = this.#kernel;
    const made = await this.#make(ask);
    if (made instanceof Response) {
      await kept.release(key);
      return made;
    }
    if (made.status < 500) await kept.keep(key, made);
    // after a failure behind a change the key stays taken: sent again, the request would change the same twice
    else if (!this.#hasChanged) await kept.release(key);
    return responseOf(made);
  }

  async #make(ask: AnyAsk): Promise<Reply | Response> {
    try {
      // query, body and caller were checked against this very route
      const outcome = await this.#route.run(ask as unknown as Ask<never, never, never>);
      if (this.#hasChanged) await this.#bringIntoForce();
      if ('response' in outcome) return outcome.response;
      return 'problem' in outcome ? refusalOf(outcome.problem) : this.#reply(outcome);
    } catch (error) {
      return failure(this.#kernel.log, error, { route: this.#route.id, requestId: this.#requestId });
    }
  }

  /** Whoever reads the answer may rely on it at once, here; other processes follow. The change stands, whatever comes of this. */
  async #bringIntoForce(): Promise<void> {
    try {
      await this.#kernel.bringIntoForce?.();
    } catch (error) {
      const about = { err: messageOf(error), route: this.#route.id, requestId: this.#requestId };
      this.#kernel.log.warn(about, 'a change is not in force here yet');
    }
  }

  /** Only what the schema of the answer names goes out, so that the OpenAPI document says all there is. */
  #reply({ answer, headers }: Extract<Outcome<unknown>, { answer: unknown }>): Reply {
    const { answer: schema, status, id } = this.#route;
    if (schema === undefined) return replyOf(undefined, status ?? 204, headers);
    const read = readBySchema(schema, answer);
    if ('value' in read) return replyOf(read.value, status ?? 200, headers);
    const places = read.faults.map(({ pointer = '', message }) => `${pointer}: ${message}`).join('; ');
    throw new Error(`the answer of ${id} is not as its schema says: ${places}`);
  }

  async #audit({ organisation, by, ...line }: AuditDraft): Promise<void> {
    const log = organisation ?? this.#caller?.organisation;
    const actor = by ?? this.#caller;
    if (log === undefined || actor === undefined)
      throw new Error(`${line.action} belongs to no organisation, or nobody did it`);
    await this.#kernel.audit(log, { actor: actorOf(actor), actorLabel: actor.label, ...line });
  }
}

const NO_SUCH_PATH: Problem = {
  status: 404,
  code: 'no_such_path',
  detail: 'There is nothing at this path.',
  hint: `All paths are listed in ${OPENAPI_PATH}.`,
};
const WRONG_METHOD: Problem = {
  status: 405,
  code: 'wrong_method',
  detail: 'This path knows other methods.',
};
const TOO_MANY: Problem = {
  status: 429,
  code: 'too_many_requests',
  detail: 'You ask too often.',
  hint: 'Wait for as long as Retry-After says.',
};
const FAULT: Problem = {
  status: 500,
  code: 'fault',
  detail: 'The request could not be answered, through a fault of the gateway.',
  hint: 'X-Request-Id names it in the log.',
};
