import { createHash } from 'node:crypto';
import { canonicalJson } from '#mcp';
import type { ScannedTool } from '../scan/scan.ts';

/** SHA-256, in hex, of what a model is told of a tool: name, title, description, schemas and annotations. */
export function definitionHash(tool: ScannedTool): string {
  const { name, title, description, inputSchema, outputSchema, annotations } = tool;
  const definition = { name, title, description, inputSchema, outputSchema, annotations };
  return createHash('sha256')
    .update(canonicalJson(JSON.parse(JSON.stringify(definition))))
    .digest('hex');
}
