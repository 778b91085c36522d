const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * One header as it goes over the wire; undefined when it cannot be one. A value with a line break would begin another
 * header, or another request.
 */
export function headerLine(name: string, value: string): string | undefined {
  return NAME.test(name) && VALUE.test(value) ? `${name}: ${value}\r\n` : undefined;
}

/** Several headers (name, value, name, value …); undefined when one of them cannot be one. */
export function headerLines(pairs: Iterable<readonly [string, string]>): string | undefined {
  let lines = '';
  for (const [name, value] of pairs) {
    const line = headerLine(name, value);
    if (line === undefined) return undefined;
    lines += line;
  }
  return lines;
}
