import * as z from 'zod';
import { quickCheck } from '#policy';
import type { Problem } from './problem.ts';

const MOST_FAULTS = 100;
const LONGEST_NAME = 100;

type Fault = NonNullable<Problem['errors']>[number];
type Issue = z.core.$ZodIssue;

/** Everything that a schema finds wrong with a value, each fault with a JSON Pointer; never with the value itself. */
export function faultsOf(error: z.core.$ZodError): readonly Fault[] {
  return error.issues.flatMap((issue) => faultsOfIssue(issue, [])).slice(0, MOST_FAULTS);
}

const quickChecks = new WeakMap<z.ZodType, ReturnType<typeof quickCheck>>();

/** Reads a value by a schema: what it is, or all its faults. */
export function readBySchema(
  schema: z.ZodType,
  value: unknown,
): { readonly value: unknown } | { readonly faults: readonly Fault[] } {
  let isAsItMustBe = quickChecks.get(schema);
  if (isAsItMustBe === undefined) quickChecks.set(schema, (isAsItMustBe = quickCheck(schema)));
  if (isAsItMustBe(value)) return { value };
  // the input comes with an issue only so that what is missing can be told from what is wrong; a schema that is compiled when it
  // is met first costs the first view more than it ever saves
  const read = schema.safeParse(value, { reportInput: true, jitless: true });
  return read.success ? { value: read.data } : { faults: faultsOf(read.error) };
}

function faultsOfIssue(issue: Issue, before: readonly PropertyKey[]): readonly Fault[] {
  const path = [...before, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ pointer: pointerOf([...path, key]), message: 'is not known here' }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const nearest = nearestOption(issue.errors);
    if (nearest !== undefined) return nearest.flatMap((inner) => faultsOfIssue(inner, path));
  }
  const isMissing = issue.code === 'invalid_type' && !('input' in issue && issue.input !== undefined);
  return [{ pointer: pointerOf(path), message: isMissing ? 'is required' : issue.message }];
}

/** The option that the value comes closest to: the one whose faults lie deepest, and of those the one with the fewest. */
function nearestOption(options: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const depth = (issues: readonly Issue[]): number =>
    Math.max(...issues.map(({ code, path }) => path.length + (code === 'unrecognized_keys' ? 1 : 0)));
  return options
    .filter((issues) => issues.length > 0)
    .sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
}

function pointerOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).slice(0, LONGEST_NAME).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}
