import type { z } from 'zod';
import type { Problem } from './decision.ts';
import { conditionFrame } from './document.ts';
import { isJsonObject, ownMember } from './json.ts';
import type { JsonText } from './json-text.ts';
import type { Segment } from './pointer.ts';
import { didYouMean } from './suggest.ts';

/** Where a known field belongs, for those who wrote it in another place. */
const BELONGS: Readonly<Record<string, string>> = {
  action: 'in a rule, e.g. { "tools": { "NAME": { "action": "deny" } } }',
  reason: 'in a rule beside "action"',
  require: 'in a rule under "tools", or in "all_tools"',
  deny_if: 'in a rule under "tools", or in "all_tools"',
  approve_if: 'in a rule under "tools"',
  limits: 'in a rule under "tools", or in "all_tools"',
  rate_limit: 'in a rule under "tools"',
  hide: 'at the top of the document, as a list of tool names',
  default: 'at the top of the document',
  mode: 'at the top of the document',
  arguments: 'at the top of the document',
  conditions: 'in a predicate, i.e. in an element of "require", "deny_if" or "approve_if"',
  on_deny: 'in a predicate or in a limit',
  counter: 'in a limit, i.e. in an element of "limits"',
  uris: 'in "resources"',
  names: 'in "prompts"',
  resources: 'at the top of the document',
  prompts: 'at the top of the document',
};

type Issue = z.core.$ZodIssue;

/** The member names that each object of the document may have, found by asking the definition itself. */
function fieldsAt(schema: z.core.$ZodType, path: readonly Segment[], value: unknown): readonly string[] {
  const { def } = schema._zod;
  switch (def.type) {
    case 'optional':
      return fieldsAt((def as z.core.$ZodOptionalDef).innerType, path, value);
    case 'array':
      return fieldsAt((def as z.core.$ZodArrayDef).element, path.slice(1), childOf(value, path[0]));
    case 'record':
      return fieldsAt((def as z.core.$ZodRecordDef).valueType, path.slice(1), childOf(value, path[0]));
    case 'union': {
      const { options } = def as z.core.$ZodUnionDef;
      const chosen = options.filter((option) => optionFits(option, value));
      return (chosen.length > 0 ? chosen : options).flatMap((option) => fieldsAt(option, path, value));
    }
    case 'object': {
      const { shape } = def as z.core.$ZodObjectDef;
      const [first, ...rest] = path;
      if (first === undefined) return Object.keys(shape);
      const member = ownMember(shape, String(first)) as z.core.$ZodType | undefined;
      return member === undefined ? [] : fieldsAt(member, rest, childOf(value, first));
    }
    default:
      return [];
  }
}

/** Whether a value chose this option of a discriminated union by its `op`. */
function optionFits(option: z.core.$ZodType, value: unknown): boolean {
  const operators = option._zod.propValues?.['op'];
  return operators === undefined || !isJsonObject(value) || operators.has(value['op'] as string);
}

/** The member or element of a JSON value; undefined when there is none. */
export function childOf(value: unknown, segment: Segment | undefined): unknown {
  if (segment === undefined) return undefined;
  if (Array.isArray(value)) return value[Number(segment)];
  return isJsonObject(value) ? ownMember(value, String(segment)) : undefined;
}

function valueAt(value: unknown, path: readonly Segment[]): unknown {
  return path.reduce<unknown>(childOf, value);
}

const LONGEST_SHOWN = 40;

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= LONGEST_SHOWN ? text : `a ${typeof value}`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  record: 'an object',
};

function listed(values: readonly unknown[]): string {
  const quoted = values.map((value) => JSON.stringify(value));
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}`;
}

function suggestValue(found: unknown, values: readonly unknown[]): string | undefined {
  if (values.length === 1 && String(found) === values[0]) return `write ${JSON.stringify(values[0])}`;
  if (typeof found !== 'string') return undefined;
  return didYouMean(found, values.map(String));
}

const WRONG_VALUE: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value', 'invalid_union']);

/** Turns what a definition finds wrong with a text into problems, each with its place. */
export class ProblemList {
  readonly #problems: Problem[];
  readonly #text: JsonText;
  readonly #schema: z.core.$ZodType;

  constructor(text: JsonText, schema: z.core.$ZodType) {
    this.#text = text;
    this.#schema = schema;
    this.#problems = [...text.problems];
  }

  /** Adds everything that a schema finds wrong with the value at a place. */
  check(schema: z.ZodType, at: readonly Segment[]): void {
    const result = schema.safeParse(valueAt(this.#text.value, at));
    for (const issue of result.error?.issues ?? []) this.#add(issue, [...at, ...issue.path.map(asSegment)]);
  }

  /** All problems, those of the text's own syntax among them, from top to bottom. */
  inOrder(): readonly Problem[] {
    return this.#problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  }

  #add(issue: Issue, path: readonly Segment[]): void {
    const found = valueAt(this.#text.value, path);
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) this.#addUnknownField(path, key);
      return;
    }
    if (found === undefined) {
      // A broken text may only seem to lack a member.
      if (!this.#text.sound) return;
      const name = JSON.stringify(path.at(-1));
      this.#push(path, `${name} is missing: it ${expectation(issue)}`);
    } else if (WRONG_VALUE.has(issue.code)) {
      this.#push(path, `${expectation(issue)}, not ${shown(found)}`, suggestValue(found, valuesOf(issue)));
    } else {
      this.#push(path, expectation(issue));
    }
    // A misspelt operator hides everything else that is wrong with its condition.
    if (issue.code === 'invalid_union' && issue.discriminator === 'op')
      this.check(conditionFrame, path.slice(0, -1));
  }

  #addUnknownField(path: readonly Segment[], key: string): void {
    const known = fieldsAt(this.#schema, path, this.#text.value);
    const near = didYouMean(key, known);
    const belongs = Object.hasOwn(BELONGS, key) ? `"${key}" belongs ${BELONGS[key]}` : undefined;
    const others = known.length === 0 ? undefined : `known here: ${known.join(', ')}`;
    const message = `the field ${JSON.stringify(key)} is not known here`;
    this.#problems.push(this.#text.problemAt([...path, key], message, near ?? belongs ?? others, 'key'));
  }

  #push(path: readonly Segment[], message: string, suggestion?: string): void {
    this.#problems.push(this.#text.problemAt(path, message, suggestion));
  }
}

function asSegment(segment: PropertyKey): Segment {
  return typeof segment === 'symbol' ? String(segment) : segment;
}

/** The texts that would have been right, where the definition lists them. */
function valuesOf(issue: Issue): readonly unknown[] {
  if (issue.code === 'invalid_value') return issue.values;
  if (issue.code !== 'invalid_union') return [];
  if (issue.discriminator !== undefined && 'options' in issue && Array.isArray(issue.options))
    return issue.options;
  return issue.errors.flat().flatMap(valuesOf);
}

/** What should have stood there, in words. */
function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${listed(issue.values)}`;
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters long' : ''}`;
    case 'invalid_union':
      return issue.discriminator === undefined ? issue.message : `must be ${listed(valuesOf(issue))}`;
    case 'invalid_key':
      return issue.issues.find(({ code }) => code === 'custom')?.message ?? 'must not be an empty name';
    default:
      return issue.message;
  }
}
