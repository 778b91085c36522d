import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyWith, type Asker, type TestApi } from './api.suite.ts';
import { openApiDocument } from './openapi.ts';
import { SCOPES, type Route } from './route.ts';
import { SchemaValues, type JsonSchema, type Known } from './schema-values.suite.ts';

interface Media {
  readonly schema: JsonSchema;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
}
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

/** What is asked, what it logged, and perhaps a request that must succeed, sent before the generated ones. */
type Opened = Pick<TestApi, 'api' | 'logged'> & { readonly proper?: Request | undefined };

export interface ContractOptions {
  readonly routes: readonly Route[];
  /** The API of these routes, in a store where something is there to ask this one about. */
  readonly open: (route: Route) => Opened | Promise<Opened>;
  /**
   * What is there, by the name of the part of a path, the parameter or the member of a body that takes it; often what stands often. It is
   * read after `open`, which may fill it.
   */
  readonly known: Known;
  /** Operations that no generated request makes succeed; all others must, or the test would show nothing. */
  readonly neverSucceed?: readonly string[];
  /** Requests to each operation. */
  readonly numRuns?: number;
}

const ASKERS: readonly Asker[] = [
  { role: 'admin', isApprover: true },
  'viewer',
  'nobody',
  { organisation: 'other', role: 'admin', isApprover: true },
  keyWith(...SCOPES),
  keyWith('logs:read'),
];
const HOSTILE = [
  '__proto__',
  'constructor',
  '\u0000',
  '..%2f',
  '\u202e',
  'x'.repeat(3000),
  "'; DROP TABLE grants; --",
];

/**
 * Whoever reads only the OpenAPI document is never surprised: whatever is asked, each answer is one that the document has for that
 * operation, and none is a fault of ours.
 */
export function contractSuite({
  routes,
  open,
  known,
  neverSucceed = [],
  numRuns = 150,
}: ContractOptions): void {
  const document = openApiDocument(routes, '1.0.0') as Document;
  const values = new SchemaValues(document.components.schemas, known);
  const check = answerCheck(document);

  describe('every answer is one that the document has', () => {
    for (const route of routes) {
      const operation = document.paths[route.path]?.[route.method.toLowerCase()];
      if (operation === undefined) throw new Error(`the document has no ${route.method} ${route.path}`);
      it(`${route.method} ${route.path}`, async () => {
        const test = await open(route);
        const seen = new Set<number>();
        if (test.proper !== undefined) {
          const response = await test.api.fetch(test.proper);
          seen.add(response.status);
          await check(operation, response);
        }
        await fc.assert(
          fc.asyncProperty(anyRequest(route, operation, values, known), async (request) => {
            const response = await test.api.fetch(request());
            seen.add(response.status);
            expect(response.status, test.logged()).toBeLessThan(500);
            await check(operation, response);
          }),
          { numRuns },
        );
        const succeeds = (): boolean => [...seen].some((status) => status < 400);
        // some need several rare things at once: asked on, until only a route that cannot succeed fails here
        const more = neverSucceed.includes(route.id)
          ? []
          : fc.sample(anyRequest(route, operation, values, known), 20 * numRuns);
        for (const request of more) {
          if (succeeds()) break;
          seen.add((await test.api.fetch(request())).status);
        }
        expect([route.id, succeeds()]).toEqual([route.id, !neverSucceed.includes(route.id)]);
      });
    }
  });

  describe('the document', () => documentSuite(routes, document));
}

function documentSuite(routes: readonly Route[], document: Document): void {
  it('is OpenAPI 3.1, with one name for every operation', () => {
    expect(document.openapi).toBe('3.1.0');
    const ids = routes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refers only to what it holds', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'openapi');
    for (const name of Object.keys(document.components.schemas))
      expect(() => ajv.compile({ $ref: `openapi#/components/schemas/${name}` }), name).not.toThrow();
    for (const [, name = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
      expect(document.components.schemas).toHaveProperty(name);
  });

  it('says what every parameter and every member of a body is for', () => {
    const silent = Object.values(document.paths)
      .flatMap((operations) => Object.values(operations))
      .flatMap(({ operationId, parameters, requestBody }) => [
        ...parameters.filter((one) => !('description' in one)).map(({ name }) => `${operationId} ${name}`),
        ...Object.entries(propertiesOf(requestBody?.content['application/json']?.schema, document))
          .filter(([, schema]) => !isDescribed(schema))
          .map(([name]) => `${operationId} ${name}`),
      ]);
    expect(silent).toEqual([]);
  });
}

/** Itself, or where it may be of several kinds, one of them. */
function isDescribed({ description, anyOf = [] }: JsonSchema): boolean {
  return description !== undefined || (anyOf as readonly JsonSchema[]).some(isDescribed);
}

function propertiesOf(
  schema: JsonSchema | undefined,
  document: Document,
): Readonly<Record<string, JsonSchema>> {
  const { $ref: reference } = schema ?? {};
  const target =
    typeof reference === 'string'
      ? document.components.schemas[reference.replace('#/components/schemas/', '')]
      : schema;
  return (target?.['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
}

/** Requests to one operation: right ones, nearly right ones, and others. Made when asked for: a body is read only once. */
function anyRequest(
  route: Route,
  operation: Operation,
  values: SchemaValues,
  known: Known,
): fc.Arbitrary<() => Request> {
  const queries = operation.parameters.filter((one) => one.in === 'query');
  const schema = operation.requestBody?.content['application/json']?.schema;
  const fits = schema === undefined ? fc.constant(undefined) : values.fitting(schema);
  const body = fc.oneof(
    { weight: 4, arbitrary: fits.map((value) => (value === undefined ? undefined : JSON.stringify(value))) },
    { weight: 2, arbitrary: values.broken(schema ?? {}).map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.oneof(fc.string(), fc.constantFrom('', '{', '{"a":1,"a":2}', '"\ud800"')) },
  );
  return fc
    .record({
      as: fc.oneof({ weight: 8, arbitrary: fc.constant(ASKERS[0]) }, fc.constantFrom(...ASKERS)),
      path: pathOf(route.path, known),
      query: queryOf(queries, values),
      body: route.method === 'GET' ? fc.constant(undefined) : body,
      type: fc.oneof({ weight: 9, arbitrary: fc.constant('application/json') }, fc.constant('text/plain')),
      key: fc.option(fc.stringMatching(/^[!-~]{1,8}$/), { freq: 8 }),
    })
    .map(({ as, path, query, body, type, key }) => () => {
      const headers = new Headers({ 'test-caller': JSON.stringify(as) });
      if (body !== undefined) headers.set('content-type', type);
      if (key !== null) headers.set('idempotency-key', key);
      return new Request(`http://gateway.test/api/v1${path}${query}`, {
        method: route.method,
        headers,
        ...(body !== undefined && { body }),
      });
    });
}

function pathOf(path: string, known: Known): fc.Arbitrary<string> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const part = (name: string): fc.Arbitrary<string> => {
    // a part that is a dot or nothing makes another path
    const other = fc
      .oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'grapheme', minLength: 1 }))
      .filter((text) => !/^\.{0,2}$/.test(text));
    const there = known[name] ?? [];
    return there.length === 0
      ? other
      : fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...there.map(String)) }, other);
  };
  return fc
    .record(Object.fromEntries(names.map((name) => [name, part(name)])))
    .map((parts) => path.replaceAll(/\{(\w+)\}/g, (_, name: string) => written(parts[name] ?? '')));
}

function queryOf(parameters: readonly Parameter[], values: SchemaValues): fc.Arbitrary<string> {
  const fits = fc.record(
    Object.fromEntries(parameters.map(({ name, schema }) => [name, values.fitting(schema, name)])),
    { requiredKeys: parameters.filter(({ required }) => required).map(({ name }) => name) },
  );
  const name = fc.oneof(
    fc.constantFrom('limit', 'cursor', ...parameters.map((one) => one.name)),
    fc.string(),
  );
  const other = fc.tuple(name, fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' })));
  const pairs = fc.oneof(
    { weight: 4, arbitrary: fits.map((given) => Object.entries(given)) },
    { weight: 1, arbitrary: fc.array(other, { minLength: 1, maxLength: 3 }) },
  );
  return pairs.map((given) => {
    const search = given
      .flatMap(([key, value]) =>
        (Array.isArray(value) ? value : [value]).map((one: unknown) => [
          key,
          typeof one === 'string' ? one : JSON.stringify(one),
        ]),
      )
      .map((pair) => pair.map(written).join('='));
    return search.length === 0 ? '' : `?${search.join('&')}`;
  });
}

/** Lone halves of characters cannot be written into an address. */
function written(text: string): string {
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '?'));
}

function answerCheck(document: Document): (operation: Operation, response: Response) => Promise<void> {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'openapi');
  const validators = new Map<string, ValidateFunction>();
  const validatorOf = ({ schema }: Media): ValidateFunction => {
    const text = JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components');
    const made = validators.get(text) ?? ajv.compile(JSON.parse(text) as object);
    validators.set(text, made);
    return made;
  };
  return async ({ operationId, responses }, response) => {
    const documented = responses[response.status];
    expect(documented, `${operationId} answers ${response.status}`).toBeDefined();
    if (documented?.content === undefined) return expect(await response.text()).toBe('');
    const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
    const media = documented.content[type];
    if (media === undefined) throw new Error(`${operationId} answers ${response.status} with ${type}`);
    if (!/^application\/(?:problem\+)?json$/.test(type)) return response.body?.cancel();
    const validate = validatorOf(media);
    const body: unknown = await response.json();
    expect(validate(body) ? [] : validate.errors, `${operationId} ${JSON.stringify(body)}`).toEqual([]);
  };
}
