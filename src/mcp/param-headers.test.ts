import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from './message.ts';
import { checkParamHeaders, scanParamHeaders } from './param-headers.ts';

const schemaOf = (properties: JsonObject): JsonObject => ({ type: 'object', properties });

describe('scanParamHeaders', () => {
  it('finds primitive properties at any depth of properties', () => {
    const scan = scanParamHeaders(
      schemaOf({
        region: { type: 'string', 'x-mcp-header': 'Region' },
        plain: { type: 'string' },
        page: { type: ['integer', 'null'], 'x-mcp-header': 'Page' },
        inner: schemaOf({
          dry: { type: 'boolean', 'x-mcp-header': 'Dry-Run' },
          rate: { type: 'number', 'x-mcp-header': 'Rate' },
        }),
        'x-mcp-header': { type: 'string' },
      }),
    );
    expect(scan).toEqual({
      declarations: [
        { header: 'mcp-param-region', path: ['region'], type: 'string' },
        { header: 'mcp-param-page', path: ['page'], type: 'integer' },
        { header: 'mcp-param-dry-run', path: ['inner', 'dry'], type: 'boolean' },
        { header: 'mcp-param-rate', path: ['inner', 'rate'], type: 'number' },
      ],
      faults: [],
    });
  });

  it.each<[string, JsonObject]>([
    ['an empty name', schemaOf({ a: { type: 'string', 'x-mcp-header': '' } })],
    ['a name with a space', schemaOf({ a: { type: 'string', 'x-mcp-header': 'A B' } })],
    ['a name with a line end', schemaOf({ a: { type: 'string', 'x-mcp-header': 'A\r\nX: 1' } })],
    ['a name that is no text', schemaOf({ a: { type: 'string', 'x-mcp-header': true } })],
    ['an object', schemaOf({ a: { type: 'object', 'x-mcp-header': 'A' } })],
    ['an array', schemaOf({ a: { type: 'array', 'x-mcp-header': 'A' } })],
    ['two types', schemaOf({ a: { type: ['string', 'integer'], 'x-mcp-header': 'A' } })],
    ['no type', schemaOf({ a: { 'x-mcp-header': 'A' } })],
    ['the schema itself', { type: 'string', 'x-mcp-header': 'A' }],
    ['array items', schemaOf({ a: { type: 'array', items: { type: 'string', 'x-mcp-header': 'A' } } })],
    ['a branch of anyOf', schemaOf({ a: { anyOf: [{ type: 'string', 'x-mcp-header': 'A' }] } })],
    ['a property inside a branch', { oneOf: [schemaOf({ a: { type: 'string', 'x-mcp-header': 'A' } })] }],
    ['a definition', { $defs: { d: { type: 'string', 'x-mcp-header': 'A' } } }],
    ['additional properties', { additionalProperties: { type: 'string', 'x-mcp-header': 'A' } }],
  ])('reports a declaration on %s and does not use it', (_, schema) => {
    const scan = scanParamHeaders(schema);
    expect(scan.declarations).toEqual([]);
    expect(scan.faults).toHaveLength(1);
  });

  it('keeps the first of two names that differ in case only', () => {
    const scan = scanParamHeaders(
      schemaOf({
        a: { type: 'string', 'x-mcp-header': 'Region' },
        b: { type: 'string', 'x-mcp-header': 'REGION' },
      }),
    );
    expect(scan.declarations).toEqual([{ header: 'mcp-param-region', path: ['a'], type: 'string' }]);
    expect(scan.faults).toHaveLength(1);
  });

  it('ends on a schema of any depth', () => {
    let schema: JsonObject = { type: 'string', 'x-mcp-header': 'A' };
    for (let i = 0; i < 50_000; i++) schema = schemaOf({ a: schema });
    expect(scanParamHeaders(schema)).toMatchObject({
      declarations: [],
      faults: [expect.stringContaining('deeper')],
    });
  });

  it.each<Json | undefined>([undefined, null, true, [], 'x', {}])('finds nothing in %j', (schema) => {
    expect(scanParamHeaders(schema)).toEqual({ declarations: [], faults: [] });
  });
});

describe('checkParamHeaders', () => {
  const { declarations } = scanParamHeaders(
    schemaOf({
      region: { type: 'string', 'x-mcp-header': 'Region' },
      page: { type: 'integer', 'x-mcp-header': 'Page' },
      rate: { type: 'number', 'x-mcp-header': 'Rate' },
      dry: { type: 'boolean', 'x-mcp-header': 'Dry' },
      inner: schemaOf({ id: { type: 'string', 'x-mcp-header': 'Inner' } }),
    }),
  );
  const check = (args: JsonObject | undefined, headers: Record<string, string>) =>
    checkParamHeaders(args, declarations, (name) => new Map(Object.entries(headers)).get(name), 5);

  it.each<[JsonObject | undefined, Record<string, string>]>([
    [undefined, {}],
    [{}, {}],
    [{ region: null }, {}],
    [{ other: 1 }, { 'mcp-param-other': 'unknown headers are not ours to judge' }],
    [{ region: 'eu' }, { 'mcp-param-region': ' eu ' }],
    [{ region: 'ż' }, { 'mcp-param-region': '=?base64?xbw=?=' }],
    [{ region: '' }, { 'mcp-param-region': '' }],
    [{ page: 42 }, { 'mcp-param-page': '42' }],
    [{ page: 42 }, { 'mcp-param-page': '42.0' }],
    [{ page: 42 }, { 'mcp-param-page': '4.2e+1' }],
    [{ page: -9007199254740991 }, { 'mcp-param-page': '-9007199254740991' }],
    [{ rate: 0.1 }, { 'mcp-param-rate': '0.10' }],
    [{ rate: 1e21 }, { 'mcp-param-rate': '1e+21' }],
    [{ dry: true }, { 'mcp-param-dry': 'true' }],
    [{ inner: { id: 'a' } }, { 'mcp-param-inner': 'a' }],
    [{ inner: null }, {}],
  ])('agrees on %j with %j', (args, headers) => {
    expect(check(args, headers)).toBeUndefined();
  });

  it.each<[JsonObject | undefined, Record<string, string>]>([
    [{ region: 'eu' }, {}],
    [{ region: 'eu' }, { 'mcp-param-region': 'us' }],
    [{ region: 'eu' }, { 'mcp-param-region': 'EU' }],
    [{ region: 'eu' }, { 'mcp-param-region': '=?base64?!?=' }],
    [undefined, { 'mcp-param-region': 'eu' }],
    [{ region: null }, { 'mcp-param-region': 'null' }],
    [{ region: '' }, {}],
    [{ region: { a: 1 } }, { 'mcp-param-region': '[object Object]' }],
    [{ region: ['eu'] }, { 'mcp-param-region': 'eu' }],
    [{ page: 42 }, { 'mcp-param-page': '43' }],
    [{ page: 42 }, { 'mcp-param-page': '0x2a' }],
    [{ page: 42 }, { 'mcp-param-page': '042' }],
    [{ page: 0 }, { 'mcp-param-page': '' }],
    [{ page: 42.5 }, { 'mcp-param-page': '42.5' }],
    [{ page: 9007199254740992 }, { 'mcp-param-page': '9007199254740992' }],
    [{ rate: 9007199254740992 }, { 'mcp-param-rate': '9007199254740993' }],
    [{ page: 42 }, {}],
    [{ dry: true }, { 'mcp-param-dry': 'True' }],
    [{ dry: false }, {}],
    [{ dry: true }, { 'mcp-param-dry': '1' }],
    [{ inner: { id: 'a' } }, {}],
    [{ inner: {} }, { 'mcp-param-inner': 'a' }],
  ])('refuses %j with %j', (args, headers) => {
    expect(check(args, headers)).toMatchObject({ httpStatus: 400, code: -32020, id: 5 });
  });

  it('reads own members only', () => {
    const inherited = scanParamHeaders(
      schemaOf({ toString: { type: 'string', 'x-mcp-header': 'T' } }),
    ).declarations;
    expect(checkParamHeaders({}, inherited, () => undefined)).toBeUndefined();
  });
});
