/** Whether a tool name in a policy is a glob: `*` stands for any run of characters, nothing else is special. */
export function isGlob(name: string): boolean {
  return name.includes('*');
}

/**
 * A matcher for one glob. Case counts. Takes time in proportion to name times number of stars, never more.
 */
export function compileGlob(glob: string): (name: string) => boolean {
  const parts = glob.split('*');
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  const middle = parts.slice(1, -1).filter((part) => part !== '');
  if (parts.length === 1) return (name) => name === glob;
  return (name) => {
    if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last))
      return false;
    const end = name.length - last.length;
    let from = first.length;
    for (const part of middle) {
      const found = name.indexOf(part, from);
      if (found === -1 || found + part.length > end) return false;
      from = found + part.length;
    }
    return true;
  };
}

/**
 * Orders globs, strongest first: most literal characters; then fewest stars; then by code units, so that the
 * order of the document's members never matters.
 */
export function compareGlobs(a: string, b: string): number {
  const starsA = a.split('*').length;
  const starsB = b.split('*').length;
  const literals = b.length - starsB - (a.length - starsA);
  if (literals !== 0) return literals;
  if (starsA !== starsB) return starsA - starsB;
  return a < b ? -1 : a > b ? 1 : 0;
}
