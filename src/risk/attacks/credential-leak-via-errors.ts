import type { AttackPattern } from './attack-pattern.ts';

/** Secrets in what a server says when something goes wrong. */
export const credentialLeakViaErrors: AttackPattern = {
  slug: 'credential-leak-via-errors',
  title: 'Credentials in error messages',
  group: 'Protocol',
  summary:
    'A call fails, and the error that comes back holds a key, a token or an address with a password in it.',
  whatHappens: [
    'A server puts its credential into a URL, a connection string or a settings object. Something goes wrong, and the error is made from exactly these: the whole URL, the object printed with all its members, a stack trace.',
    'The error is the answer of the tool, so it goes to the model. From there it can end in a chat, a log, a ticket, or in the next call to another server.',
    'Failures are easy to bring about. A value of the wrong type, an unknown name or a tool that one may not use is often enough.',
  ],
  incident: {
    title: 'A refusal listed the credentials of the servers that were allowed',
    whenText: 'June 2026',
    text: 'A report on LiteLLM’s MCP gateway describes what happened when a key called a tool of a server that it may not use. The answer, status 403, printed the configuration of all servers that the key may use, with their tokens, client secrets and AWS keys in plain text. The fixes proposed in reply print no more than the names of the servers.',
    source: {
      title: 'BerriAI/litellm, issue 29936: MCP tool call 403 error leaks authentication_token',
      url: 'https://github.com/BerriAI/litellm/issues/29936',
    },
  },
  categories: ['read', 'write', 'execute'],
  signals: ['credentials', 'url', 'sql', 'free_form'],
  stops: {
    sentence:
      'Calls that are not as the tool declares them, or not of the expected form, never reach the server, and tools that show its settings are not there.',
    policy: {
      version: '1',
      default: 'deny',
      arguments: 'declared',
      hide: ['get_server_settings'],
      tools: {
        get_order: {
          require: [
            {
              conditions: [{ path: 'args.order_id', op: 'regex', value: '^[A-Z]{2}-[0-9]{1,10}$' }],
              on_deny: 'An order has a number like DE-1234.',
            },
          ],
        },
      },
    },
    tools: [
      {
        name: 'get_order',
        description: 'Gets an order.',
        inputSchema: {
          type: 'object',
          properties: { order_id: { type: 'string' } },
          required: ['order_id'],
        },
      },
      {
        name: 'get_server_settings',
        description: 'Shows the settings that the server runs with.',
        inputSchema: { type: 'object', properties: {} },
      },
    ],
    cases: [
      {
        description: 'A call as the server expects it',
        call: { name: 'get_order', arguments: { order_id: 'DE-1234' } },
        expect: 'allow',
        rule: '/tools/get_order',
      },
      {
        description: 'A value of the wrong type, to see what comes back',
        call: { name: 'get_order', arguments: { order_id: { toString: 1 } } },
        expect: 'deny',
        rule: '/arguments',
      },
      {
        description: 'A member that some frameworks know',
        call: { name: 'get_order', arguments: { order_id: 'DE-1234', debug: true } },
        expect: 'deny',
        rule: '/arguments',
      },
      {
        description: 'A value that would break a query behind the tool',
        call: { name: 'get_order', arguments: { order_id: "DE-1234'" } },
        expect: 'deny',
        rule: '/tools/get_order/require/0',
      },
      {
        description: 'The settings themselves',
        call: { name: 'get_server_settings', arguments: {} },
        expect: 'deny',
        rule: '(hidden)',
      },
    ],
  },
  remains:
    'A policy judges calls, not answers. A good call can fail too, because a service is down or a token has expired, and what the server then writes into its result reaches the agent as it is. The server must not print what it knows. Give it a credential that can do little and is changed often, and change it after every such message.',
  goDeeper: [
    {
      title: 'CWE-209: Generation of Error Message Containing Sensitive Information',
      url: 'https://cwe.mitre.org/data/definitions/209.html',
    },
    {
      title: 'OWASP MCP01:2025 Token Mismanagement and Secret Exposure',
      url: 'https://owasp.org/www-project-mcp-top-10/2025/MCP01-2025-Token-Mismanagement-and-Secret-Exposure',
    },
  ],
};
