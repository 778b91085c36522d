import * as z from 'zod';
import type { LimitConfiguration, MethodSwitches } from '#platform';

const milliseconds = z.int().min(1).max(86_400_000);
const DAY_MS = 86_400_000;

const limits = z
  .strictObject({
    connectMs: milliseconds.optional().describe('Time to reach the server (default 5,000).'),
    firstByteMs: milliseconds.optional().describe('Time until the server begins to answer (default 60,000).'),
    callMs: milliseconds.optional().describe('Time for one whole call (default 60,000).'),
    startMs: milliseconds
      .optional()
      .describe('Time for a command or an event stream to start (default 15,000).'),
    concurrentCalls: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .describe('Calls under way at once (default 256).'),
    openStreams: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .describe('Streams that agents keep open at once (default 1,024).'),
    breakAfter: z
      .int()
      .min(0)
      .max(1_000)
      .optional()
      .describe('Failures in a row after which the server is left alone for a while (default 5; 0: never).'),
    answerBytes: z
      .int()
      .min(1_024)
      .max(1_073_741_824)
      .optional()
      .describe('Largest answer or event accepted (default 16 MiB).'),
  })
  .describe('Limits that keep one bad server from harming others.');

const family = z.boolean().optional();
const methods = z
  .strictObject({
    resources: family.describe('Resources.'),
    prompts: family.describe('Prompts.'),
    completion: family.describe('Completions.'),
    logging: family.describe('Log messages of the server.'),
    subscriptions: family.describe('Subscriptions.'),
    sampling: family.describe('Whether the server may ask for the answer of a model.'),
    elicitation: family.describe('Whether the server may ask the user.'),
    roots: family.describe('Whether the server may ask for the folders that the agent works in.'),
    tasks: family.describe('Calls that go on as tasks; off unless true.'),
  })
  .describe('Families of methods besides tools; false refuses the whole family.');

const approvals = z
  .strictObject({
    lifeMs: z
      .int()
      .min(10_000)
      .max(7 * DAY_MS)
      .default(15 * 60_000)
      .describe('How long a person has to answer, and a yes is worth something; milliseconds.'),
    holdOpenMs: z
      .int()
      .min(0)
      .max(600_000)
      .default(0)
      .describe(
        'How long a held call waits for the answer before the agent is told to come again; milliseconds.',
      ),
    elicitation: z
      .boolean()
      .default(true)
      .describe("Whether an agent that can is asked in the protocol's own way to open the approval."),
  })
  .describe('What happens to calls that a policy holds.');

const capture = z
  .strictObject({ days: z.int().min(1).max(30).describe('How long they are kept.') })
  .describe(
    'Arguments of calls are kept, encrypted, so that policies can be simulated over them. Off unless given.',
  );

export const settingsSchema = z
  .strictObject({
    methods: methods.optional(),
    limits: limits.optional(),
    approvals: approvals.optional(),
    capture: capture.optional(),
  })
  .describe('What the gateway does with the server.')
  .meta({ id: 'ServerSettings' });

/** Everything that is set of a server besides how it is reached. */
export interface ServerSettings {
  readonly methods?: MethodSwitches | undefined;
  readonly limits?: LimitConfiguration | undefined;
  readonly approvals?: z.output<typeof approvals> | undefined;
  readonly capture?: z.output<typeof capture> | undefined;
}

/** The settings of a stored server, as `writeSettings` wrote them. */
export function readSettings(text: string): ServerSettings {
  return settingsSchema.parse(JSON.parse(text));
}

export function writeSettings(settings: ServerSettings): string {
  return JSON.stringify(settings);
}
