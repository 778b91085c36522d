/** A line for a shell, taken apart into words: quotes and backslashes as a POSIX shell has them, and nothing else of one. */
export function splitCommandLine(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  const pattern = /\\([\s\S])|'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|(\s+)|([\s\S])/g;
  for (const [, escaped, single, double, space, plain] of line.trim().matchAll(pattern)) {
    if (space === undefined) {
      word = (word ?? '') + (escaped ?? single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? plain ?? '');
    } else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}
