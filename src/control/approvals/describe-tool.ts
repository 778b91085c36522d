import type { ToolDefinition } from '#policy';
import { classify, familyOf } from '#risk';
import type { ApprovalTool } from './approval-answer.ts';

/** The live list of a server's tools, or why it cannot be had. */
type LiveTools = readonly ToolDefinition[] | { readonly unavailable: string };

/** What is known of a tool, from what its server lists now; undefined when it does not list it. */
export function createToolDescriptions(
  liveTools: (organisation: string, server: string) => Promise<LiveTools>,
): (organisation: string, server: string, tool: string) => Promise<ApprovalTool | undefined> {
  return async (organisation, server, name) => {
    const tools = await liveTools(organisation, server);
    if ('unavailable' in tools) return undefined;
    const definition = tools.find((tool) => tool.name === name);
    if (definition === undefined) return undefined;
    const { category, level, rationale } = classify(definition, familyOf(tools.map((tool) => tool.name)));
    const { title, description, inputSchema } = definition;
    return {
      ...(title !== undefined && { title }),
      ...(description !== undefined && { description }),
      ...(inputSchema !== undefined && { inputSchema }),
      category,
      level,
      rationale,
    };
  };
}
