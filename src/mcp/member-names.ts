import { escapeForDisplay } from './names.ts';
import type { JsonObject } from './message.ts';

const ASCII = /^[\x20-\x7e]*$/;

/**
 * The form in which two member names are confusable for a careless parser: compatibility forms unified (NFKD),
 * case folded both ways (so that U+017F, U+212A and the dotless i meet s, k and i), and controls, invisible
 * format characters and combining marks removed.
 */
function fold(name: string): string {
  if (ASCII.test(name)) return name.toLowerCase();
  return name
    .normalize('NFKD')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[\p{Cc}\p{Cf}\p{M}]/gu, '');
}

/** Member names with a meaning, ready for `memberFault`. */
export interface KnownMembers {
  readonly exact: ReadonlySet<string>;
  readonly folded: ReadonlyMap<string, string>;
}

/** Prepares the names that an object of the protocol may hold. */
export function knownMembers(...names: readonly string[]): KnownMembers {
  return { exact: new Set(names), folded: new Map(names.map((name) => [fold(name), name])) };
}

/**
 * Looks for a member that another parser might take for a known one (`Name`, `name\0`, `paramſ`), and for
 * `__proto__`. Unknown members that resemble nothing are fine. Returns what is wrong, or undefined.
 */
export function memberFault(object: JsonObject, known: KnownMembers): string | undefined {
  for (const name of Object.keys(object)) {
    if (known.exact.has(name)) continue;
    if (name === '__proto__') return 'the member name "__proto__" is not accepted';
    const twin = known.folded.get(fold(name));
    if (twin !== undefined)
      return `member "${escapeForDisplay(name)}" resembles "${twin}"; write it exactly so`;
  }
  return undefined;
}
