/** One step into a JSON value: a member's name or an element's index. */
export type Segment = string | number;

/** One segment of a JSON Pointer, escaped (RFC 6901, section 3): `a/b~` becomes `a~1b~0`. */
export function escapeSegment(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The JSON Pointer (RFC 6901) of a place; empty for the whole document. */
export function pointerTo(segments: readonly Segment[]): string {
  return segments.map((segment) => `/${escapeSegment(String(segment))}`).join('');
}
