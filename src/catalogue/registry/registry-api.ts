import { Hono, type Context } from 'hono';
import { ToolgateError } from '#platform';
import { registryMcp } from './mcp-endpoint.ts';
import { openApiDocument } from './openapi.ts';
import { readQuery } from './parameters.ts';
import { NOT_READY, type Problem } from './problem.ts';
import { readBody } from './read-body.ts';
import { MOST_BODY_BYTES, type RegistryParts } from './registry-parts.ts';
import { jsonText, once, preflight, readable, READING, refuse } from './replies.ts';
import type { Ask, Outcome, Route } from './route.ts';
import { ROUTES } from './routes.ts';

/** The registry under `/v0`: REST, its OpenAPI document, and the same over MCP. */
export function createRegistryApi(parts: RegistryParts): Hono {
  const app = new Hono();
  const document = jsonText(openApiDocument(ROUTES, parts.version));
  app.all('/v0/mcp', registryMcp(parts));
  serveAt(app, 'GET', '/v0/openapi.json', (c) => readable(c, document));
  for (const route of ROUTES) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    serveAt(app, route.method, path, async (c) => {
      const outcome = await outcomeOf(route, parts, c);
      if ('problem' in outcome) return refuse(c, outcome.problem);
      const body = jsonText(outcome.answer);
      return route.method === 'GET' ? readable(c, body) : once(c, body);
    });
  }
  for (const path of ['/v0', '/v0/*']) app.all(path, (c) => refuse(c, NO_SUCH_PATH));
  app.onError((error, c) => {
    parts.onFault?.(error);
    return refuse(c, FAULT);
  });
  return app;
}

/** A path with its one method. */
function serveAt(
  app: Hono,
  method: Route['method'],
  path: string,
  handler: (c: Context) => Response | Promise<Response>,
): void {
  app.on(method, path, handler);
  if (method === 'GET') app.options(path, preflight);
  const allow = method === 'GET' ? READING : method;
  app.all(path, (c) => refuse(c, { ...WRONG_METHOD, hint: `Use ${allow}.`, allow }));
}

async function outcomeOf(route: Route, parts: RegistryParts, c: Context): Promise<Outcome<unknown>> {
  const read = readQuery(route.query, new URL(c.req.url).searchParams);
  if ('problem' in read) return read;
  const body = route.method === 'POST' ? await jsonBody(c) : { text: '' };
  if ('problem' in body) return body;
  const index = parts.index();
  if (index === undefined) return { problem: NOT_READY };
  const ask: Ask<unknown> = { index, path: c.req.param(), query: read.query, body: body.text };
  try {
    // the query was read by the schema of this very route
    return await route.run(ask as Ask<never>);
  } catch (error) {
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    return { problem };
  }
}

async function jsonBody(c: Context): Promise<{ readonly text: string } | { readonly problem: Problem }> {
  if (!/^application\/json\s*(?:;|$)/i.test(c.req.header('content-type') ?? '')) return { problem: NOT_JSON };
  const text = await readBody(c.req.raw, MOST_BODY_BYTES);
  return text === undefined ? { problem: TOO_LARGE } : { text };
}

/** What an index can expectedly refuse. */
function problemOf(error: unknown): Problem | undefined {
  if (!(error instanceof ToolgateError)) return undefined;
  if (error.code === 'store.closed') return NOT_READY;
  if (error.code !== 'catalogue.cursor') return undefined;
  return {
    status: 400,
    code: 'registry.bad_cursor',
    detail: error.message,
    ...(error.hint !== undefined && { hint: error.hint }),
  };
}

const NO_SUCH_PATH: Problem = {
  status: 404,
  code: 'registry.no_such_path',
  detail: 'There is nothing at this path.',
  hint: 'All paths are listed in /v0/openapi.json.',
};
const WRONG_METHOD: Problem = {
  status: 405,
  code: 'registry.wrong_method',
  detail: 'This path knows other methods.',
};
const NOT_JSON: Problem = {
  status: 415,
  code: 'registry.not_json',
  detail: 'The body must be JSON.',
  hint: 'Send it with the header Content-Type: application/json.',
};
const TOO_LARGE: Problem = {
  status: 413,
  code: 'registry.too_large',
  detail: 'The body is larger than 1 MiB.',
  hint: 'Send fewer servers at once.',
};
const FAULT: Problem = {
  status: 500,
  code: 'registry.fault',
  detail: 'The registry could not answer, through a fault of its own.',
};
