/** A tool as its server lists it. Whatever a server writes into the other members is looked at as it is. */
export interface RiskTool {
  readonly name: string;
  readonly title?: unknown;
  readonly description?: unknown;
  readonly inputSchema?: unknown;
  readonly annotations?: unknown;
}

/** A member of an object, if that is what it is and has it itself. */
export function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** A text, or an empty one for anything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The title of a tool, from where a server may put it. */
export function titleOf(tool: RiskTool): string {
  return textOf(tool.title) || textOf(memberOf(tool.annotations, 'title'));
}
