import type { AttackPattern } from './attack-pattern.ts';

/** Calls without end. */
export const runawayToolLoops: AttackPattern = {
  slug: 'runaway-tool-loops',
  title: 'Runaway tool loops',
  group: 'Agent behaviour',
  summary: 'An agent makes the same calls again and again, because nothing anywhere says when to stop.',
  whatHappens: [
    'An agent calls a tool, does not find in the answer what it is looking for, and calls again. Two agents correct each other’s work without end. A tool fails, and the agent tries again at once, for hours.',
    'Each call looks like ordinary work, so nothing stands out. The costs add up out of sight: tokens, paid requests, reminders sent to customers, rows written.',
    'What is missing is an upper bound. The agent does not see the price of the next call, and a server seldom counts the calls of one agent.',
  ],
  incident: {
    title: 'A large answer sent the agent back to the same tool',
    whenText: 'June 2025',
    text: 'A developer of a tool for the Azure MCP Server reported that an agent called the tool again and again when its output was large, although every answer held the whole of it. A later comment of the report adds that any tool of that server with a large output could bring an agent into such a loop, whichever model was used.',
    source: {
      title: 'Azure/azure-mcp, issue 470: Agent keeps calling MCP tool when the output is large',
      url: 'https://github.com/Azure/azure-mcp/issues/470',
    },
  },
  categories: ['read', 'write', 'execute', 'financial'],
  signals: ['money', 'recipients'],
  stops: {
    sentence:
      'Every tool has a number of calls that a day’s work does not reach, all calls together have one too, and no answer may be asked for that is too large to read.',
    policy: {
      version: '1',
      default: 'deny',
      all_tools: {
        limits: [
          {
            counter: 'all_calls',
            window: 'hour',
            max: 300,
            on_deny: '300 calls in an hour are enough. Stop, and report what is missing.',
          },
        ],
      },
      tools: {
        search_tickets: {
          require: [
            {
              conditions: [{ path: 'args.limit', op: 'lte', value: 50 }],
              on_deny: 'Ask for at most 50 tickets at a time.',
            },
          ],
          limits: [{ counter: 'searches', window: 'minute', max: 30 }],
        },
        send_reminder: { limits: [{ counter: 'reminders', window: 'day', max: 20 }] },
      },
    },
    tools: [
      {
        name: 'search_tickets',
        description: 'Searches support tickets.',
        inputSchema: {
          type: 'object',
          properties: { text: { type: 'string' }, limit: { type: 'integer', minimum: 1 } },
          required: ['text'],
        },
      },
      {
        name: 'send_reminder',
        description: 'Sends the customer of a ticket a reminder by e-mail.',
        inputSchema: {
          type: 'object',
          properties: { ticket_id: { type: 'integer' } },
          required: ['ticket_id'],
        },
      },
    ],
    cases: [
      {
        description: 'A search of the usual size',
        call: { name: 'search_tickets', arguments: { text: 'invoice', limit: 20 } },
        expect: 'allow',
        rule: '/tools/search_tickets',
      },
      {
        description: 'An answer that no model reads to its end',
        call: { name: 'search_tickets', arguments: { text: 'invoice', limit: 5000 } },
        expect: 'deny',
        rule: '/tools/search_tickets/require/0',
      },
      {
        description: 'A search that leaves the size open',
        call: { name: 'search_tickets', arguments: { text: 'invoice' } },
        expect: 'deny',
        rule: '/tools/search_tickets/require/0',
      },
      {
        description: 'A reminder; how many a day, the limit says',
        call: { name: 'send_reminder', arguments: { ticket_id: 812 } },
        expect: 'allow',
        rule: '/tools/send_reminder',
      },
    ],
    repetition: {
      call: { name: 'send_reminder', arguments: { ticket_id: 812 } },
      passes: 20,
      rule: '/tools/send_reminder/limits/reminders',
    },
  },
  remains:
    'A limit ends a loop, it does not notice one: up to the limit everything happens, and twenty reminders to one customer are nineteen too many. What the agent spends on its own model is not seen here; that needs a limit where the model is paid.',
  goDeeper: [
    {
      title: 'microsoft/vscode, issue 296123: retry loop when an MCP server fails to activate',
      url: 'https://github.com/microsoft/vscode/issues/296123',
    },
    {
      title: 'OWASP LLM06:2026 Unbounded Consumption',
      url: 'https://github.com/GenAI-Security-Project/GenAI-LLM-Top10/blob/main/2026/final/LLM06_UnboundedConsumption.md',
    },
  ],
};
