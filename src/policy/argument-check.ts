import { Ajv2019 } from 'ajv/dist/2019.js';
import { _, Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, KeywordCxt, Options } from 'ajv';
import { closeSchema, WORK_KEYWORD } from './close-schema.ts';
import { lazyPattern, Undecidable } from './ecma-pattern.ts';
import { isJsonObject, ownMember } from './json.ts';
import { Meter } from './meter.ts';
import { didYouMean } from './suggest.ts';

/** Larger schemas, as JSON text, are not compiled. */
const LARGEST_SCHEMA_CHARS = 256 * 1024;
/** Visits of schemas that one check may cost. A failed visit leaves an error object behind, so memory counts too. */
const MOST_VISITS = 250_000;
/** Program size times text length that the patterns of one check may cost. */
const MOST_PATTERN_WORK = 4_000_000;

const OWNERS_WAY_OUT = 'The owner of the policy can switch the check off with "arguments": "any".';

/** Says what is wrong with the arguments of a call, in words for the agent; undefined when nothing is. */
export type ArgumentCheck = (args: unknown) => string | undefined;

const DIALECT = /^https?:\/\/json-schema\.org\/(?:draft\/)?(draft-0[467]|2019-09|2020-12)\/schema#?$/;

/** Whether a schema is of a draft before 2020-12; undefined when its dialect is not known. */
function isOlderDialect(schema: Readonly<Record<string, unknown>>, text: string): boolean | undefined {
  const named = ownMember(schema, '$schema');
  // Without a dialect it is 2020-12 (MCP 2025-11-25), but a list of "items" is the older spelling of a tuple.
  if (named === undefined) return /"items"\s*:\s*\[/.test(text);
  const draft = typeof named === 'string' ? DIALECT.exec(named)?.[1] : undefined;
  return draft === undefined ? undefined : draft !== '2020-12';
}

/** A text key that is equal for equal JSON values. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isJsonObject(inner) ? { entries: Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)) } : inner,
  );
}

interface Budget {
  readonly visits: { charge(work: number): void };
  readonly patterns: Meter;
}

function createAjv(Ajv: typeof Ajv2019 | typeof Ajv2020, budget: Budget): Ajv2019 | Ajv2020 {
  const regExp = Object.assign(
    (source: string) => ({ ...lazyPattern(source, budget.patterns), toString: () => source }),
    { code: 'lazyPattern' },
  );
  const options: Options = {
    strict: false,
    strictNumbers: true,
    validateFormats: false,
    validateSchema: false,
    meta: false,
    inlineRefs: false,
    ownProperties: true,
    multipleOfPrecision: 9,
    logger: false,
    code: { regExp },
  };
  const ajv = new Ajv(options);
  // Written out as code: ajv leaves out the call of a keyword whose result does not count.
  ajv.addKeyword({
    keyword: WORK_KEYWORD,
    schemaType: 'number',
    before: '$ref',
    code(context: KeywordCxt) {
      const visits = context.gen.scopeValue('obj', { ref: budget.visits, key: WORK_KEYWORD });
      context.gen.code(_`${visits}.charge(${context.schema})`);
    },
  });
  // Ajv compares every pair; this takes time in proportion to the array.
  ajv.removeKeyword('uniqueItems').addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    errors: false,
    validate: (wanted: boolean, items: readonly unknown[]) =>
      !wanted || new Set(items.map(canonical)).size === items.length,
  });
  return ajv;
}

const NAME_LIKE = /^[A-Za-z_$][\w$-]{0,63}$/;

/** `filter.tags[2]` for `/filter/tags/2`. A member that does not look like a name may be data, and is shown as `?`. */
function placeOf(error: ErrorObject): string {
  return error.instancePath
    .split('/')
    .slice(1)
    .map((segment) => {
      if (/^\d+$/.test(segment)) return `[${segment}]`;
      return NAME_LIKE.test(segment) ? `.${segment}` : '.?';
    })
    .join('')
    .replace(/^\./, '');
}

function listed(values: readonly unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  const joined = texts.slice(0, 12).join(', ');
  return texts.length > 12 || joined.length > 300
    ? 'one of the values that the tool declares'
    : `one of ${joined}`;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  null: 'null',
};

function typeInWords(type: unknown): string {
  return [type]
    .flat()
    .map((one) => TYPE_WORDS[String(one)] ?? String(one))
    .join(' or ');
}

/** What a failed keyword expects of a value; the value itself is never shown. */
function expectation({ keyword, params }: ErrorObject): string {
  const { type, limit, comparison, allowedValues, multipleOf } = params as Readonly<Record<string, unknown>>;
  switch (keyword) {
    case 'type':
      return `must be ${typeInWords(type)}`;
    case 'enum':
      return `must be ${listed(Array.isArray(allowedValues) ? allowedValues : [])}`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `must be ${String(comparison)} ${String(limit)}`;
    case 'multipleOf':
      return `must be a multiple of ${String(multipleOf)}`;
    case 'minLength':
      return `must have at least ${String(limit)} characters`;
    case 'maxLength':
      return `must have at most ${String(limit)} characters`;
    case 'minItems':
      return `must have at least ${String(limit)} elements`;
    case 'maxItems':
      return `must have at most ${String(limit)} elements`;
    case 'uniqueItems':
      return 'must not hold the same element twice';
    case 'pattern':
      return 'must match the pattern that the tool declares';
    default:
      return `does not satisfy "${keyword}" of the tool's schema`;
  }
}

/** The first thing that is wrong, for the agent. */
function inWords(error: ErrorObject, declared: readonly string[]): string {
  const place = placeOf(error);
  const params = error.params as Readonly<Record<string, unknown>>;
  const undeclared = params['unevaluatedProperty'] ?? params['additionalProperty'];
  if (typeof undeclared === 'string') {
    if (place !== '') return `The argument "${place}" holds a property that the tool does not declare.`;
    const name = JSON.stringify(undeclared.slice(0, 64));
    const near = didYouMean(undeclared, declared.slice(0, 100));
    const takes = declared.length === 0 ? 'It takes none.' : `It takes: ${declared.slice(0, 20).join(', ')}.`;
    return `The tool does not declare the argument ${name}${near === undefined ? '.' : `; ${near}`} ${takes}`;
  }
  const missing = params['missingProperty'];
  if (typeof missing === 'string') {
    return `The argument "${place === '' ? missing : `${place}.${missing}`}" is missing.`;
  }
  return place === ''
    ? `The arguments taken together: this ${expectation(error)}.`
    : `The argument "${place}" ${expectation(error)}.`;
}

function refuseAll(why: string): ArgumentCheck {
  return () => `The arguments cannot be checked: ${why}. ${OWNERS_WAY_OUT}`;
}

/**
 * Compiles the check of a tool's arguments against its own `inputSchema`, closed against undeclared properties. Never
 * throws: a schema that is too large, of an unknown dialect or not compilable gives a check that refuses every call.
 * Loads nothing; a `$ref` to another document makes the schema not compilable.
 */
export function compileArgumentCheck(inputSchema: unknown): ArgumentCheck {
  if (inputSchema === undefined || inputSchema === true) return () => undefined;
  if (!isJsonObject(inputSchema)) return refuseAll('the inputSchema of the tool is not an object');
  const visits = new Meter(MOST_VISITS);
  const patterns = new Meter(MOST_PATTERN_WORK);
  const charge = (work: number) => {
    if (!visits.spend(work)) throw new Undecidable('more work than a check may cost');
  };
  let validate: ReturnType<Ajv2020['compile']>;
  try {
    const text = JSON.stringify(inputSchema);
    if (text.length > LARGEST_SCHEMA_CHARS) return refuseAll('the inputSchema of the tool is too large');
    const older = isOlderDialect(inputSchema, text);
    if (older === undefined) return refuseAll('the inputSchema of the tool names an unknown "$schema"');
    validate = createAjv(older ? Ajv2019 : Ajv2020, { visits: { charge }, patterns }).compile(
      closeSchema(inputSchema) as object,
    );
  } catch {
    return refuseAll('the inputSchema of the tool is not a usable JSON Schema');
  }
  const properties = ownMember(inputSchema, 'properties');
  const declared = isJsonObject(properties) ? Object.keys(properties) : [];
  return (args) => {
    try {
      visits.reset();
      patterns.reset();
      if (validate(args)) return undefined;
      const error = validate.errors?.[0];
      return error === undefined
        ? 'The arguments do not satisfy the inputSchema of the tool.'
        : inWords(error, declared);
    } catch (error) {
      const why = error instanceof Undecidable ? `they need ${error.message}` : 'they are too deep';
      return `The arguments cannot be checked: ${why}. ${OWNERS_WAY_OUT}`;
    }
  };
}
