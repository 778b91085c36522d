import { compareGlobs, compileGlob, isGlob } from './glob.ts';

/** What a policy says by name: found by the exact name, or by the strongest glob that matches. */
export interface NameTable<T> {
  exact(name: string): T | undefined;
  strongest(name: string): T | undefined;
}

/** Makes the entries of a document's member ready to be found. Names are data: `__proto__` is one like any other. */
export function compileNameTable<T>(entries: readonly (readonly [name: string, value: T])[]): NameTable<T> {
  const exact = new Map(entries.filter(([name]) => !isGlob(name)));
  const globs = entries
    .filter(([name]) => isGlob(name))
    .sort(([a], [b]) => compareGlobs(a, b))
    .map(([name, value]) => ({ matches: compileGlob(name), value }));
  return {
    exact: (name) => exact.get(name),
    strongest: (name) => globs.find(({ matches }) => matches(name))?.value,
  };
}

/** Whether a name is in a list of names and globs. */
export function compileNameList(list: readonly string[]): (name: string) => boolean {
  const names = new Set(list.filter((name) => !isGlob(name)));
  const globs = list.filter(isGlob).map(compileGlob);
  return (name) => names.has(name) || globs.some((matches) => matches(name));
}
