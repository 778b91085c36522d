/** How one JSON value is written: all of these mean the same. */
export interface JsonSpelling {
  /** Which letters of texts and names are escapes. */
  readonly escapes: 'none' | 'names' | 'everything';
  readonly space: '' | ' ' | '\t' | '\r\n ';
  readonly order: 'as it is' | 'reversed';
  readonly numbers: '1' | '1.0' | '10e-1';
}

export const PLAIN_JSON: JsonSpelling = { escapes: 'none', space: '', order: 'as it is', numbers: '1' };

/** Writes a value in a given spelling. */
export function spell(value: unknown, spelling: JsonSpelling): string {
  const { space } = spelling;
  if (Array.isArray(value))
    return `[${space}${value.map((one) => spell(one, spelling)).join(`${space},${space}`)}${space}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(
        ([name, member]) =>
          `${spellText(name, spelling.escapes !== 'none')}${space}:${space}${spell(member, spelling)}`,
      );
    const ordered = spelling.order === 'reversed' ? members.toReversed() : members;
    return `{${space}${ordered.join(`${space},${space}`)}${space}}`;
  }
  if (typeof value === 'string') return spellText(value, spelling.escapes === 'everything');
  return Number.isSafeInteger(value) && value !== 0
    ? spellWhole(Number(value), spelling.numbers)
    : JSON.stringify(value);
}

function spellText(text: string, isEscaped: boolean): string {
  if (!isEscaped) return JSON.stringify(text);
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`;
}

function spellWhole(number: number, as: JsonSpelling['numbers']): string {
  if (as === '1.0') return `${number}.0`;
  return as === '1' ? String(number) : `${number}0e-1`;
}

/** How the headers of a modern request are written. */
export interface HeaderSpelling {
  readonly case: 'lower' | 'UPPER';
  readonly space: '' | ' ' | '\t ';
  /** Names are sent as base64 even where they need not be. */
  readonly base64: boolean;
  readonly order: 'as it is' | 'reversed';
}

/** The raw names and values of headers in a given spelling. */
export function spellHeaders(
  headers: readonly (readonly [string, string])[],
  { case: letters, space, order }: HeaderSpelling,
): string[] {
  const lines = headers.map(([name, value]) => [
    letters === 'UPPER' ? name.toUpperCase() : name,
    `${space}${value}${space}`,
  ]);
  return (order === 'reversed' ? lines.toReversed() : lines).flat();
}
