import { mayCall, roleOf } from './account.ts';
import { denied, noRoute, type SandboxAnswer } from './answer.ts';
import { campaignRoutes } from './campaigns.ts';
import { contactRoutes } from './contacts.ts';
import { funnelRoutes } from './funnels.ts';
import { reportRoutes } from './reports.ts';
import type { Route } from './route.ts';
import { segmentRoutes } from './segments.ts';
import { smartLinkRoutes } from './smart-links.ts';
import { seed } from './state.ts';
import { templateRoutes } from './templates.ts';
import { webhookRoutes } from './webhooks.ts';

export type SandboxRequest = {
  readonly method: string;
  /** Relative to the base of the REST API, e.g. `/campaigns/3/pause`. */
  readonly path: string;
  readonly query: ReadonlyArray<readonly [name: string, value: string]>;
  readonly body?: unknown;
  readonly credentials: { readonly username: string; readonly password: string } | null;
};

/** A FluentCRM of its own: a request in, an answer out; it remembers what was changed. */
export type Sandbox = (request: SandboxRequest) => SandboxAnswer;

export type SandboxOptions = {
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Offers the routes of FluentCRM Pro too (smart links). */
  readonly pro?: boolean;
};

const FREE_ROUTES: readonly Route[] = [
  ...contactRoutes,
  ...segmentRoutes,
  ...campaignRoutes,
  ...templateRoutes,
  ...funnelRoutes,
  ...webhookRoutes,
  ...reportRoutes,
];

/** A new look-alike of FluentCRM's REST API in the state of the seed, quirks included. No mail is ever sent. */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const state = seed();
  const now = options.now ?? Date.now;
  const routes = options.pro === true ? [...FREE_ROUTES, ...smartLinkRoutes] : FREE_ROUTES;
  return (request) => {
    const query = paramsOf(request.query);
    // WordPress lets a parameter replace the method: a GET can delete.
    const override = query['_method'];
    const method = typeof override === 'string' ? override.toUpperCase() : request.method;
    const match = routes
      .map((route) => ({ route, found: route.method === method ? route.pattern.exec(request.path) : null }))
      .find(({ found }) => found !== null);
    if (match?.found == null) return noRoute();
    const role = roleOf(request.credentials);
    if (role === undefined) return denied(401);
    if (!mayCall(role, method, request.path.split('/')[1] ?? '')) return denied(403);
    const body = typeof request.body === 'object' && request.body !== null ? request.body : {};
    return match.route.answer({
      state,
      params: { ...query, ...body },
      ids: match.found.slice(1).map(Number),
      now: new Date(now()).toISOString().slice(0, 19).replace('T', ' '),
    });
  };
}

/** PHP's reading of a query: `name[]` collects, of other names the last value counts. */
function paramsOf(query: SandboxRequest['query']): Record<string, unknown> {
  const params = new Map<string, unknown>();
  for (const [name, value] of query) {
    if (!name.endsWith('[]')) {
      params.set(name, value);
      continue;
    }
    const key = name.slice(0, -2);
    const list = params.get(key);
    params.set(key, Array.isArray(list) ? [...list, value] : [value]);
  }
  return Object.fromEntries(params);
}
