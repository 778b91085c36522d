import { CrmFailure, failureOf } from './api-errors.ts';
import type { ApiAnswer, ApiMethod, ApiRequest, ApiTransport } from './api-transport.ts';

declare const checked: unique symbol;
/** A path that {@link apiPath} made: constants of ours and checked ids, nothing else. */
export type ApiPath = string & { readonly [checked]: true };

/** Query parameters in order; a name may repeat (`tags[]`). */
export type Query = ReadonlyArray<readonly [name: string, value: string | number]>;

/** The REST API of one FluentCRM. Every method gives the parsed body of a 2xx answer and throws a CrmFailure otherwise. */
export type ApiClient = {
  get(path: ApiPath, query?: Query): Promise<unknown>;
  post(path: ApiPath, body?: unknown): Promise<unknown>;
  put(path: ApiPath, body: unknown): Promise<unknown>;
  delete(path: ApiPath): Promise<unknown>;
};

const PATH_SHAPE = /^(?:\/[a-z0-9_-]+)+$/;

/**
 * Builds a path of the REST API, e.g. apiPath`/campaigns/${id}/pause`.
 * Throws when an id is no positive integer: arguments were validated before, so that would be a bug.
 */
export function apiPath(parts: TemplateStringsArray, ...ids: readonly number[]): ApiPath {
  const bad = ids.find((id) => !Number.isSafeInteger(id) || id < 1);
  if (bad !== undefined) throw new TypeError('an id in a path must be a positive integer');
  const path = parts.reduce((text, part, index) => `${text}${ids[index - 1]}${part}`);
  if (!PATH_SHAPE.test(path)) throw new TypeError('a path holds constants and ids only');
  return path as ApiPath;
}

/**
 * A client over a transport. A GET is tried once more when no answer came or a gateway in between failed; nothing else
 * is ever repeated, since a lost answer does not mean that nothing was changed.
 * @param log receives a line for every failure of the CRM itself; never a credential, a parameter or a body
 */
export function createApiClient(transport: ApiTransport, log: (line: string) => void = () => {}): ApiClient {
  async function send(method: ApiMethod, path: ApiPath, query: Query, body: unknown): Promise<unknown> {
    const request: ApiRequest = {
      method,
      path,
      query: query.map(([name, value]) => [name, String(value)]),
      ...(body === undefined ? {} : { body }),
    };
    const answer = method === 'GET' ? await twice(transport, request) : await transport(request);
    if (answer.status < 200 || answer.status > 299) throw failureOf(request, answer, log);
    return bodyOf(answer);
  }
  return {
    get: async (path, query = []) => send('GET', path, query, undefined),
    post: async (path, body) => send('POST', path, [], body),
    put: async (path, body) => send('PUT', path, [], body),
    delete: async (path) => send('DELETE', path, [], undefined),
  };
}

async function twice(transport: ApiTransport, request: ApiRequest): Promise<ApiAnswer> {
  try {
    const answer = await transport(request);
    if (![502, 503, 504].includes(answer.status)) return answer;
  } catch (error) {
    if (!(error instanceof CrmFailure && error.retryable)) throw error;
  }
  return transport(request);
}

/** The parsed body; null for an empty one (that is how GET /lists/{id} says that there is no such list). */
function bodyOf(answer: ApiAnswer): unknown {
  if (answer.body.trim() === '') return null;
  try {
    return JSON.parse(answer.body);
  } catch {
    throw new CrmFailure(
      'unexpected_answer',
      'The site answered with something that is not JSON. Check that FLUENTCRM_API_URL points to a WordPress site with FluentCRM.',
      { httpStatus: answer.status },
    );
  }
}
