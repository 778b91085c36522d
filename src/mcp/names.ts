const PLAIN_TOOL_NAME = /^[A-Za-z0-9_.-]{1,128}$/;
const MAX_SHOWN = 256;

/** Whether a tool name keeps to the characters that MCP advises (2025-11-25, tools, "Tool Names"). */
export function isPlainToolName(name: string): boolean {
  return PLAIN_TOOL_NAME.test(name);
}

/**
 * Text of unknown origin, made safe to show to a person on one line: printable ASCII stays, everything else
 * (controls, bidirectional marks, look-alike letters) becomes `\u{hex}`, a backslash becomes two. At most 256
 * characters of the text are shown, followed by `…` when there are more.
 */
export function escapeForDisplay(text: string): string {
  const shown = text.length > MAX_SHOWN ? text.slice(0, MAX_SHOWN) : text;
  const escaped = shown.replaceAll(/[^\x20-\x5b\x5d-\x7e]/gu, (character) =>
    character === '\\' ? '\\\\' : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return shown.length < text.length ? `${escaped}…` : escaped;
}
