import type { AttackPattern } from './attack-pattern.ts';

/** Instructions in what an agent reads. */
export const indirectPromptInjection: AttackPattern = {
  slug: 'indirect-prompt-injection',
  title: 'Indirect prompt injection',
  group: 'Agent behaviour',
  summary:
    'A stranger writes instructions into a text that the agent will read, and the agent carries them out with its user’s rights.',
  whatHappens: [
    'A model reads its task and the data for it in one stream, and cannot reliably tell them apart. So whoever can write a support ticket, an issue, a comment or a web page can write to the agent.',
    'The text asks for something that the agent’s tools can do: to look up a table, to send a message, to change a setting. The user asked only for a summary. The calls that follow are well-formed, and made with the user’s credential.',
    'A tool that reads lets the text in, a tool that acts does the harm. Either alone is mostly harmless; an agent that has both is the target.',
  ],
  incident: {
    title: 'A text in a database made the agent read other tables (a demonstration)',
    whenText: 'Summer 2025',
    text: 'The company General Analysis showed that instructions written into a data field could direct an agent, connected to a Supabase database through its MCP server, to fetch private data and to write it into a field that the attacker could see. It happened when a developer’s agent read the field, with rights that row level security does not bind. Supabase, which describes the case, knows of no customer who lost data in this way, and reports that warnings to the model reduced the risk without ending it.',
    source: {
      title: 'Supabase: Defense in Depth for MCP Servers',
      url: 'https://supabase.com/blog/defense-in-depth-mcp',
    },
  },
  categories: 'all',
  signals: ['url', 'sql', 'code', 'recipients', 'free_form'],
  stops: {
    sentence:
      'An agent that reads what strangers write may look into the tables of that work and no others, and nothing that it writes to them leaves without a person.',
    policy: {
      version: '1',
      default: 'deny',
      tools: {
        read_ticket: {},
        query_table: {
          require: [
            {
              conditions: [{ path: 'args.table', op: 'in', value: ['support_tickets', 'support_messages'] }],
              on_deny: 'Only tickets and their messages may be queried.',
            },
          ],
        },
        reply_to_ticket: {
          action: 'require_approval',
          reason: 'The customer reads this reply.',
        },
      },
    },
    tools: [
      {
        name: 'read_ticket',
        description: 'Reads a support ticket.',
        inputSchema: {
          type: 'object',
          properties: { ticket_id: { type: 'integer' } },
          required: ['ticket_id'],
        },
      },
      {
        name: 'query_table',
        description: 'Reads rows of a table.',
        inputSchema: {
          type: 'object',
          properties: { table: { type: 'string' }, limit: { type: 'integer' } },
          required: ['table'],
        },
      },
      {
        name: 'reply_to_ticket',
        description: 'Adds a message to a ticket, which its customer can read.',
        inputSchema: {
          type: 'object',
          properties: { ticket_id: { type: 'integer' }, text: { type: 'string' } },
          required: ['ticket_id', 'text'],
        },
      },
    ],
    cases: [
      {
        description: 'The ticket with the hidden instructions is read like any other',
        call: { name: 'read_ticket', arguments: { ticket_id: 812 } },
        expect: 'allow',
        rule: '/tools/read_ticket',
      },
      {
        description: 'A table of the support work',
        call: { name: 'query_table', arguments: { table: 'support_messages', limit: 20 } },
        expect: 'allow',
        rule: '/tools/query_table',
      },
      {
        description: 'The table that the instructions ask for',
        call: { name: 'query_table', arguments: { table: 'integration_tokens' } },
        expect: 'deny',
        rule: '/tools/query_table/require/0',
      },
      {
        description: 'The reply that would carry what was found',
        call: { name: 'reply_to_ticket', arguments: { ticket_id: 812, text: 'Here is the list: …' } },
        expect: 'hold',
        rule: '/tools/reply_to_ticket/action',
      },
    ],
  },
  remains:
    'A policy does not recognise the planted text, and the model still believes it. What the rules allow can be abused: here the messages of other customers, up to the reply that a person reads. The narrower the work of one grant, the less there is to gain.',
  goDeeper: [
    {
      title: 'OWASP LLM01:2025 Prompt Injection',
      url: 'https://genai.owasp.org/llmrisk/llm01-prompt-injection/',
    },
    {
      title: 'Simon Willison: The lethal trifecta for AI agents',
      url: 'https://simonwillison.net/2025/Jun/16/the-lethal-trifecta/',
    },
  ],
};
