import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '#mcp';

/** A tool as its server lists it. What else a server sends beside these members does not reach a model. */
export interface DefinedTool {
  readonly name: string;
  readonly title?: unknown;
  readonly description?: unknown;
  readonly inputSchema?: unknown;
  readonly outputSchema?: unknown;
  readonly annotations?: unknown;
}

const known = new WeakMap<DefinedTool, string>();

/** SHA-256, in hex, of what a model is told of a tool: name, title, description, schemas and annotations. Found once for the same object. */
export function definitionHash(tool: DefinedTool): string {
  const before = known.get(tool);
  if (before !== undefined) return before;
  const hash = createHash('sha256').update(canonicalDefinition(tool)).digest('hex');
  known.set(tool, hash);
  return hash;
}

/** The members of a tool that count as its definition, as one text: the same for the same definition. */
export function canonicalDefinition(tool: DefinedTool): string {
  const { name, title, description, inputSchema, outputSchema, annotations } = tool;
  const definition = { name, title, description, inputSchema, outputSchema, annotations };
  return canonicalJson(JSON.parse(JSON.stringify(definition)) as Json);
}
