import type { RiskTool } from '#risk';

/** One tool as a line of JSON gives it. */
export interface ToolRow extends RiskTool {
  /** Rows of one server are siblings. */
  readonly server?: string;
  readonly [member: string]: unknown;
}

/** A line that is no tool. */
export interface BadRow {
  /** 1-based. */
  readonly line: number;
  readonly message: string;
}

/** Reads one line: `{server?, name, description?, inputSchema?, annotations?}`, or what is wrong with it. */
export function readToolRow(text: string, line: number): ToolRow | BadRow {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { line, message: 'this is not JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { line, message: 'a tool is an object: {"name": "…", "description": "…"}' };
  const { name, server, description } = value as Record<string, unknown>;
  if (typeof name !== 'string' || name === '') return { line, message: '"name" must be a text' };
  if (server !== undefined && server !== null && typeof server !== 'string')
    return { line, message: '"server" must be a text' };
  if (description !== undefined && description !== null && typeof description !== 'string')
    return { line, message: '"description" must be a text' };
  return value as ToolRow;
}

/** Whether a line was read as a tool. */
export function isToolRow(row: ToolRow | BadRow): row is ToolRow {
  return 'name' in row;
}
