import * as z from 'zod';
import type { Problem } from './problem.ts';
import type { Route } from './route.ts';

type JsonSchema = Readonly<Record<string, unknown>>;
type Status = Problem['status'];

const REFUSALS: Readonly<Record<Status, string>> = {
  400: 'The body, a cursor, a header or a text cannot be read.',
  401: 'Nobody is signed in, or the key is not taken.',
  403: 'The caller may not do this; `hint` names what is needed.',
  404: 'There is no such thing in this organisation.',
  405: 'This path knows other methods.',
  409: 'It is not as the request takes it to be.',
  413: 'The body is larger than 1 MiB.',
  415: 'The body is not JSON.',
  422: 'The query or the body is not as it must be; `errors` names every fault.',
  429: 'The caller asks too often; `Retry-After` says when to ask again.',
  500: 'A fault of the gateway.',
  502: 'The server behind the gateway did not answer as it must.',
  503: 'The store cannot answer now.',
};

const PARTS: Readonly<Record<string, string>> = {
  policy: 'Name of the policy.',
  tool: 'Name of the tool.',
  version: 'Number of the version.',
};

const ProblemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('What programs tell problems apart by.'),
    detail: z.string(),
    hint: z.string().optional().describe('What to do about it.'),
    errors: z
      .array(
        z.object({
          pointer: z.string().optional().describe('JSON Pointer of the fault.'),
          message: z.string(),
          line: z.int().optional(),
          column: z.int().optional(),
          suggestion: z.string().optional(),
        }),
      )
      .optional()
      .describe('Every single fault, where there are several.'),
  })
  .meta({ id: 'Problem' });

/**
 * The OpenAPI document of some routes, version 3.1. Schemas that have a name (`.meta({ id })`) become components. Throws for two
 * different schemas of one name, which is a fault of the routes.
 */
export function openApiDocument(routes: readonly Route[], version: string): object {
  const components = new Components();
  const problem = components.schemaOf(ProblemSchema, 'output', 'Problem');
  const paths = new Map<string, object>();
  for (const route of routes) {
    const operation = new Operation(route, components, problem).document();
    paths.set(route.path, { ...paths.get(route.path), [route.method.toLowerCase()]: operation });
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Toolgate control API',
      version,
      description: 'Servers, policies, grants, approvals, logs and people of an organisation.',
    },
    servers: [{ url: '/api/v1' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths: Object.fromEntries(paths),
    components: {
      schemas: components.all(),
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'toolgate.session_token',
          description: 'Session of a person who signed in.',
        },
        key: { type: 'http', scheme: 'bearer', description: 'API key of an organisation (`tgk_…`).' },
      },
    },
  };
}

/** Named schemas of all operations. */
class Components {
  readonly #schemas = new Map<string, JsonSchema>();

  all(): object {
    return Object.fromEntries(this.#schemas);
  }

  /**
   * The JSON Schema of what comes in or goes out; named schemas in it are referred to. What has a default differs between the two
   * ways; then the one that comes in is named `…Input`. `owner` names parts that have no name of their own.
   */
  schemaOf(schema: z.ZodType, io: 'input' | 'output', owner: string): JsonSchema {
    // inside an object, a schema with a name is referred to like any other
    const whole = z.toJSONSchema(z.object({ it: schema }), { io }) as unknown as {
      readonly properties: { readonly it: JsonSchema };
      readonly $defs?: Readonly<Record<string, JsonSchema>>;
    };
    const names = new Map<string, string>();
    const parts = Object.entries(whole.$defs ?? {});
    for (const [name] of parts) names.set(name, name.startsWith('__') ? `${owner}${name.slice(2)}` : name);
    if (io === 'input' && this.#differs(parts, names)) {
      for (const [name] of parts) names.set(name, `${names.get(name) ?? name}Input`);
    }
    for (const [name, part] of parts) this.#add(names.get(name) ?? name, withReferences(part, names));
    return withReferences(whole.properties.it, names);
  }

  #differs(parts: readonly (readonly [string, JsonSchema])[], names: ReadonlyMap<string, string>): boolean {
    return parts.some(([name, part]) => {
      const known = this.#schemas.get(names.get(name) ?? name);
      return known !== undefined && JSON.stringify(known) !== JSON.stringify(withReferences(part, names));
    });
  }

  #add(name: string, schema: JsonSchema): void {
    const known = this.#schemas.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema))
      throw new Error(`two schemas of the control API are named ${name}`);
    this.#schemas.set(name, schema);
  }
}

/** A schema whose references lead to the components, without the name that it has itself. */
function withReferences(schema: JsonSchema, names: ReadonlyMap<string, string>): JsonSchema {
  const { id: _name, ...rest } = mapped(schema, names) as JsonSchema;
  return rest;
}

function mapped(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((element) => mapped(element, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]: [string, unknown]) => {
      if (key !== '$ref' || typeof member !== 'string') return [key, mapped(member, names)];
      const name = member.replace('#/$defs/', '');
      return [key, `#/components/schemas/${names.get(name) ?? name}`];
    }),
  );
}

/** One operation of the document. */
class Operation {
  readonly #route: Route;
  readonly #components: Components;
  readonly #problem: JsonSchema;

  constructor(route: Route, components: Components, problem: JsonSchema) {
    this.#route = route;
    this.#components = components;
    this.#problem = problem;
  }

  document(): object {
    const { id, tag, summary, access, body } = this.#route;
    return {
      operationId: id,
      tags: [tag],
      summary,
      security: securityOf(this.#route),
      ...(access.kind === 'member' && {
        'x-role': access.role,
        'x-scope': access.scope,
        ...(access.approver === true && { 'x-approver': true }),
      }),
      parameters: [...this.#pathParameters(), ...this.#queryParameters(), ...headerParameters(this.#route)],
      ...(body !== undefined && {
        requestBody: {
          required: !body.safeParse(undefined).success,
          content: { 'application/json': { schema: this.#components.schemaOf(body, 'input', id) } },
        },
      }),
      responses: this.#responses(),
    };
  }

  #pathParameters(): readonly object[] {
    return [...this.#route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
      name,
      in: 'path',
      required: true,
      description: PARTS[name] ?? `Id of the ${name}.`,
      schema: { type: 'string' },
    }));
  }

  #queryParameters(): readonly object[] {
    const { query, id } = this.#route;
    if (query === undefined) return [];
    const { properties = {}, required = [] } = this.#components.schemaOf(query, 'input', id) as {
      readonly properties?: Readonly<Record<string, JsonSchema>>;
      readonly required?: readonly string[];
    };
    return Object.entries(properties).map(([name, { description, ...schema }]) => ({
      name,
      in: 'query',
      required: required.includes(name),
      ...(description !== undefined && { description }),
      schema,
    }));
  }

  #responses(): object {
    const { answer, media, status, id } = this.#route;
    const success = status ?? (answer === undefined && media === undefined ? 204 : 200);
    const content =
      answer === undefined
        ? media && Object.fromEntries([media].flat().map((type) => [type, { schema: { type: 'string' } }]))
        : { 'application/json': { schema: this.#components.schemaOf(answer, 'output', id) } };
    const refusals = statusesOf(this.#route).map((refused) => [
      refused,
      {
        description: REFUSALS[refused],
        content: { 'application/problem+json': { schema: this.#problem } },
      },
    ]);
    return {
      [success]: { description: 'The answer.', ...(content !== undefined && { content }) },
      ...Object.fromEntries(refusals),
    };
  }
}

function securityOf({ access }: Route): readonly object[] {
  if (access.kind === 'public') return [];
  return access.kind === 'person' ? [{ session: [] }] : [{ session: [] }, { key: [] }];
}

function headerParameters({ method, access }: Route): readonly object[] {
  const member = {
    name: 'Toolgate-Organisation',
    in: 'header',
    description: 'Organisation that a person with several asks about.',
    schema: { type: 'string' },
  };
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Name of this request, chosen by its sender: sent again, it gives the answer that was kept for a day.',
    schema: { type: 'string', pattern: '^[!-~]{1,200}$' },
  };
  return [
    ...(access.kind === 'member' ? [member] : []),
    ...(method === 'POST' && access.kind !== 'public' ? [key] : []),
  ];
}

/** What a route may refuse: what the kernel refuses for all such routes, and what is its own. */
function statusesOf({ method, access, path, refusals = [] }: Route): readonly Status[] {
  const statuses = new Set<Status>([400, 422, 500, 503, ...refusals]);
  if (access.kind !== 'public') for (const status of [401, 403, 404, 429] as const) statuses.add(status);
  if (path.includes('{')) statuses.add(404);
  if (method !== 'GET') for (const status of [403, 413, 415] as const) statuses.add(status);
  if (method === 'POST' && access.kind !== 'public') statuses.add(409);
  return [...statuses].sort((a, b) => a - b);
}
