import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Category, Level } from './answers.ts';
import { HOSTILE_NAMES, openMadeUpCatalogue } from './made-up-catalogue.suite.ts';
import { createRegistryApi } from './registry-api.ts';

/** Whoever reads only the OpenAPI document must never be surprised: every answer is held against it. */
interface Media {
  readonly schema: { readonly $ref: string };
}
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>;
}
interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const index = await openMadeUpCatalogue();
const api = createRegistryApi({ index: () => index, origin: 'https://catalogue.example', version: '1.0.0' });
const document = (await (await api.request('/v0/openapi.json')).json()) as OpenApiDocument;
const ajv = new Ajv2020({ strict: false });
ajv.addSchema(document, 'openapi');

const validators = new Map<string, ValidateFunction>();
function validatorOf({ schema }: Media): ValidateFunction {
  const made = validators.get(schema.$ref) ?? ajv.compile({ $ref: `openapi${schema.$ref}` });
  validators.set(schema.$ref, made);
  return made;
}

/** The answer is one that the document has for the operation. */
async function holds(operation: Operation, response: Response): Promise<void> {
  const documented = operation.responses[response.status];
  expect(documented, `${operation.operationId} answers ${response.status}`).toBeDefined();
  if (documented?.content === undefined) return expect(await response.text()).toBe('');
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const media = documented.content[type];
  if (media === undefined) throw new Error(`${operation.operationId} answers with ${type}`);
  const validate = validatorOf(media);
  const body: unknown = await response.json();
  expect(validate(body) ? [] : validate.errors).toEqual([]);
}

const slugs = ['campaign-mcp', 'hostile-mcp', 'no-tools-mcp', 'search-0', '@example/broken-mcp'];
const toolSlugs = ['pause-campaign', 'search', 'proto', 'constructor', 'xyzzy'];
const anyText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...slugs, ...toolSlugs, 'pause_campaign', ...HOSTILE_NAMES) },
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
);
const anyValue = fc.oneof(
  anyText,
  fc.integer({ min: -1, max: 120 }).map(String),
  fc.constantFrom(...Category.options, ...Level.options, 'slug', 'danger', 'tokens'),
  fc.base64String(),
);

const cursors = [
  (await index.listServers({ order: 'slug', limit: 1 })).next,
  (await index.search({ text: 'search', limit: 1 })).tools.next,
  (await index.unanswered({ limit: 1 })).next,
].filter((cursor) => cursor !== undefined);

describe('every answer is one that the document has', () => {
  for (const [path, operations] of Object.entries(document.paths)) {
    const operation = operations['get'];
    if (operation === undefined) continue;
    it(`GET ${path}`, async () => {
      const names = operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name);
      const name = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...names, 'limit') }, fc.string());
      const value = fc.oneof({ weight: 3, arbitrary: anyValue }, fc.constantFrom(...cursors));
      const query = fc.oneof(fc.constant([]), fc.array(fc.tuple(name, value), { maxLength: 3 }));
      const parts = fc.oneof(
        fc.constant({ server: 'campaign-mcp', tool: 'pause-campaign' }),
        fc.record({ server: fc.constantFrom(...slugs), tool: fc.constantFrom(...toolSlugs) }),
        fc.record({ server: anyText, tool: anyText }),
      );
      const seen = new Set<number>();
      await fc.assert(
        fc.asyncProperty(parts, query, async (values, pairs) => {
          const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: 'server' | 'tool') => written(values[name]));
          // a part that is a dot or nothing makes another path
          fc.pre(!/\/(?:\.{0,2})(?:\/|$)/.test(filled));
          const search = pairs.map((pair) => pair.map(written).join('=')).join('&');
          const response = await api.request(`${filled}${search === '' ? '' : `?${search}`}`);
          seen.add(response.status);
          await holds(operation, response);
        }),
        { numRuns: 300 },
      );
      expect([...seen]).toEqual(expect.arrayContaining([200, 400]));
    });
  }

  it('POST /v0/check', async () => {
    const operation = document.paths['/v0/check']?.['post'];
    if (operation === undefined) throw new Error('the path is missing');
    const server = fc.oneof(
      fc.record({ command: anyText, args: fc.array(anyText, { maxLength: 3 }) }),
      fc.record({ url: fc.oneof(anyText, fc.webUrl()) }),
      fc.constantFrom(...slugs).map((name) => ({ command: 'npx', args: ['-y', `@example/${name}@1`, name] })),
      fc.jsonValue(),
    );
    const body = fc.oneof(
      fc.dictionary(anyText, server, { maxKeys: 4 }).map((mcpServers) => JSON.stringify({ mcpServers })),
      fc.json(),
      fc.string(),
    );
    const type = fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/plain');
    await fc.assert(
      fc.asyncProperty(body, type, async (text, contentType) => {
        const init = { method: 'POST', body: text, headers: { 'content-type': contentType } };
        await holds(operation, await api.request('/v0/check', init));
      }),
      { numRuns: 300 },
    );
  });
});

/** Lone halves of characters cannot be written into an address. */
function written(text: string): string {
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '?'));
}

describe('the document', () => {
  it('is OpenAPI 3.1, with one name for every operation', () => {
    expect(document.openapi).toBe('3.1.0');
    const ids = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refers only to what it holds', () => {
    const names = Object.keys((document as { components?: { schemas?: object } }).components?.schemas ?? {});
    const referred = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name ?? '',
    );
    expect(names).toEqual(expect.arrayContaining([...new Set(referred)]));
    for (const name of names)
      expect(() => ajv.compile({ $ref: `openapi#/components/schemas/${name}` })).not.toThrow();
  });

  it('names every parameter that a path takes, and no other', async () => {
    for (const [path, { get }] of Object.entries(document.paths)) {
      if (get === undefined || path.includes('{')) continue;
      for (const { name, schema } of get.parameters) {
        const value = 'enum' in schema ? String((schema.enum as string[])[0]) : '1';
        const response = await api.request(`${path}?${name}=${value}`);
        const { code = '' } = (await response.json()) as { code?: string };
        expect([path, name, code === '' || code === 'registry.bad_cursor']).toEqual([path, name, true]);
      }
    }
  });
});
