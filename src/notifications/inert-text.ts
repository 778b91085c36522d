const MAX_CHARS = 500;
const MAX_ITEMS = 50;
const MAX_DEPTH = 4;
/** Controls, format characters (bidi overrides, zero width), line separators, half surrogates. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu;
const ZERO_WIDTH_SPACE = '\u200b';

/**
 * Words of agents and servers as one line: what could forge a line, hide text or turn its direction becomes a space, and after 500
 * characters an ellipsis ends it.
 */
export function plainLine(text: string, maxChars: number = MAX_CHARS): string {
  // cut first, so that megabytes cost no more than what is kept of them
  const line = text
    .slice(0, maxChars * 2 + 2)
    .replace(UNSAFE, ' ')
    .trim();
  const characters = Array.from(line);
  return characters.length <= maxChars ? line : `${characters.slice(0, maxChars - 1).join('')}…`;
}

/** Facts with every text in them made a plain line; what is too deep, too long or no JSON is left out. */
export function plainFacts(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts)
      .slice(0, MAX_ITEMS)
      .map(([name, value]) => [plainLine(name), plainValue(value, 1)]),
  );
}

function plainValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return plainLine(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (typeof value !== 'object' || depth === MAX_DEPTH) return undefined;
  if (Array.isArray(value))
    return value.slice(0, MAX_ITEMS).map((item) => plainValue(item, depth + 1) ?? null);
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ITEMS)
      .map(([name, item]) => [plainLine(name), plainValue(item, depth + 1)]),
  );
}

/**
 * A plain line in which nothing calls anybody or is a link: mail programs and chats make links of bare addresses, and chats know
 * `@channel` and Markdown too. A space without width takes those apart.
 */
export function unlinked(text: string): string {
  return plainLine(text).replaceAll(
    /@|:(?=\/\/)|\](?=[([:])|(?<=[\p{L}\p{N}])\.(?=\p{L})|mailto:/giu,
    `$&${ZERO_WIDTH_SPACE}`,
  );
}

/** The same for chats of Slack's kind, where `<…>` calls and links. */
export function chatText(text: string): string {
  return unlinked(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
