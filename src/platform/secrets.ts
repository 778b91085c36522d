/**
 * The last line of defence against a secret in a log: what is known to be one, or has the shape of one, is replaced in
 * the finished line, wherever it came from (a library's error, the chatter of a child, a name that an agent chose).
 */
export const HIDDEN = '[hidden]';

/** Shorter values are left alone: `1` or `true` in an environment is no secret, and would blank half of every line. */
const MIN_CHARS = 8;
/** Grant tokens; sealed session ids, request ids and states; credentials after an authentication scheme. */
const SHAPES =
  /\btg[ik]?_[0-9A-Za-z]{40,}|\btg[a-z]\d\.[\w-]+(?:\.[\w-]+)?|\b(?:Bearer|Basic)\s+[\w~+/.=-]{16,}/gi;

const known = new Set<string>();
let pattern: RegExp | undefined;

/** Keeps a value out of every log line of this process; with a scheme before it ("Bearer …"), the rest too. */
export function hideInLogs(value: string): void {
  for (const part of [value, value.replace(/^\S+\s+/, '')]) {
    if (part.length < MIN_CHARS) continue;
    const inJson = JSON.stringify(part).slice(1, -1);
    known.add(inJson); // as it looks inside a line of JSON
    known.add(JSON.stringify(inJson).slice(1, -1)); // and in JSON that is quoted in one
  }
  pattern = undefined;
}

/** The line without secrets. */
export function withoutSecrets(line: string): string {
  if (known.size > 0) {
    // the longest first: a secret may be the beginning of another
    pattern ??= new RegExp(
      [...known]
        .sort((a, b) => b.length - a.length)
        .map(escaped)
        .join('|'),
      'g',
    );
    line = line.replace(pattern, HIDDEN);
  }
  return line.replace(SHAPES, HIDDEN);
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
