import type { ScannedTool } from '#catalogue/build';
import { familyOf } from '#risk';
import { classifiedTool, type ClassifiedTool } from './classified.ts';

/** The tools of one server, classified as siblings; of two with one name the first counts, as in the gateway. */
export function scannedTools(tools: readonly ScannedTool[]): readonly ClassifiedTool[] {
  const first = new Map(tools.toReversed().map((tool) => [tool.name, tool]));
  const once = tools.filter((tool) => first.get(tool.name) === tool);
  const family = familyOf(once.map(({ name }) => name));
  return once.map((tool) => classifiedTool({ ...tool }, family));
}
