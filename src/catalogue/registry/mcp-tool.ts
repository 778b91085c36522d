import * as z from 'zod';
import type { CatalogueIndex } from '#store';

/** What a tool gives: data, and the same in a few lines of text. */
interface ToolOutcome<Data> {
  readonly data: Data;
  readonly text: string;
}

/** A tool of the registry over MCP; all of them only read. */
export interface RegistryTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  /** Gives a refusal as text where there is nothing to give. Throws what the index throws. */
  readonly run: (
    input: never,
    index: CatalogueIndex,
  ) => Promise<ToolOutcome<unknown> | { readonly refusal: string }>;
}

/** A tool whose function has the types of its schemas. */
export function registryTool<I extends z.ZodObject, O extends z.ZodObject>(
  definition: Omit<RegistryTool, 'input' | 'output' | 'run'> & {
    readonly input: I;
    readonly output: O;
    readonly run: (
      input: z.output<I>,
      index: CatalogueIndex,
    ) => Promise<ToolOutcome<z.output<O>> | { readonly refusal: string }>;
  },
): RegistryTool {
  return definition;
}
