import type { ReactNode } from 'react';
import { ApiProblem } from '../api/client.ts';
import { Problem } from './problem.tsx';
import { faultInWords } from './sentence.ts';

/** What the API found wrong, by the field that it is about; what is wrong with a password goes to `passwordField`. */
export function faultsByField(error: unknown, passwordField?: string): Readonly<Record<string, string>> {
  if (!(error instanceof ApiProblem)) return {};
  if (error.code === 'people.password' && passwordField !== undefined)
    return { [passwordField]: error.message };
  const faults: Record<string, string> = {};
  for (const { pointer = '', message } of error.errors) {
    const [, field] = /^\/([^/]+)/.exec(pointer) ?? [];
    if (field !== undefined) faults[field] ??= faultInWords(message);
  }
  return faults;
}

/** Why a form was refused, unless it is said beside its fields already. */
export function FormProblem({
  error,
  fields,
  passwordField,
}: {
  readonly error: unknown;
  readonly fields: readonly string[];
  readonly passwordField?: string;
}): ReactNode {
  if (error === null || error === undefined) return null;
  const found = Object.keys(faultsByField(error, passwordField));
  if (found.length > 0 && found.every((field) => fields.includes(field))) return null;
  return <Problem error={error} />;
}
