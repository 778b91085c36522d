import * as z from 'zod';
import type { ApiClient } from './api-client.ts';
import { CrmFailure } from './api-errors.ts';
import { describeIssues } from './arguments.ts';

/** What a tool does to the CRM; its MCP annotations follow from it. */
export type Effect = 'read' | 'create' | 'overwrite' | 'attach' | 'detach' | 'pause' | 'send' | 'delete';

export type Annotations = {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
};

const ANNOTATIONS: Readonly<Record<Effect, Annotations>> = {
  read: annotate(true, false, true, false),
  create: annotate(false, false, false, false),
  overwrite: annotate(false, true, true, false),
  attach: annotate(false, false, true, false),
  detach: annotate(false, true, true, false),
  pause: annotate(false, false, true, false),
  // Mails that have left cannot be called back.
  send: annotate(false, true, true, true),
  delete: annotate(false, true, true, false),
};

function annotate(
  readOnly: boolean,
  destructive: boolean,
  idempotent: boolean,
  openWorld: boolean,
): Annotations {
  return {
    readOnlyHint: readOnly,
    destructiveHint: destructive,
    idempotentHint: idempotent,
    openWorldHint: openWorld,
  };
}

/** What a tool call gives: one line of our own words, and the data. */
export type Outcome = { readonly summary: string; readonly data: Readonly<Record<string, unknown>> };

export type Tool = {
  readonly name: string;
  readonly annotations: Annotations;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  /** Checks the arguments, does the work and checks the result. Throws a CrmFailure; sends nothing when the arguments are wrong. */
  readonly call: (args: unknown, api: ApiClient) => Promise<Outcome>;
};

export type ToolDefinition<I extends z.ZodType, O extends z.ZodType> = {
  readonly name: string;
  readonly effect: Effect;
  readonly input: I;
  readonly output: O;
  readonly run: (
    args: z.output<I>,
    api: ApiClient,
  ) => Promise<{ readonly summary: string; readonly data: z.output<O> }>;
};

/** Makes a tool from its definition. */
export function defineTool<I extends z.ZodType, O extends z.ZodObject>(
  definition: ToolDefinition<I, O>,
): Tool {
  return {
    name: definition.name,
    annotations: ANNOTATIONS[definition.effect],
    input: definition.input,
    output: definition.output,
    call: async (args, api) => {
      const input = definition.input.safeParse(args);
      if (!input.success) {
        const { text, field } = describeIssues(input.error.issues);
        throw new CrmFailure('invalid_arguments', `Invalid arguments, nothing was sent. ${text}.`, { field });
      }
      const { summary, data } = await definition.run(input.data, api);
      return { summary, data: definition.output.parse(data) };
    },
  };
}
