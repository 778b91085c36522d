import type { AttackPattern } from './attack-pattern.ts';

/** A server uses its own wide rights for somebody who does not have them. */
export const confusedDeputy: AttackPattern = {
  slug: 'confused-deputy',
  title: 'Confused deputy',
  group: 'Agent behaviour',
  summary:
    'A server that may see everything is asked by someone who may not, and answers with its own rights instead of theirs.',
  whatHappens: [
    'Most MCP servers hold one credential, and it opens a whole account. Behind it the service sees one user, whoever asks. Which workspace, customer or repository a call is about is an argument, and the agent fills it in.',
    'An agent that works for one team names the workspace of another, by mistake or because a text told it to. The server finds its credential good and answers. Where the argument may be left out, it searches everything.',
    'The same happens between tenants of a hosted server, when it loses track of whose call it is, and with tokens: a server that accepts a token made for another service, or passes on the one it got, lends its caller rights that nobody gave.',
  ],
  incident: {
    title: 'An MCP server showed data of one organisation to users of another',
    whenText: 'June 2025',
    text: 'Asana found a fault in its new MCP server through which users of one organisation could be shown data of other organisations, such as project names and task descriptions. It took the server offline and told the customers who might be affected. The cause was a fault in the server’s own logic, not an attack.',
    source: {
      title: 'UpGuard: Asana discloses data exposure bug in MCP server',
      url: 'https://www.upguard.com/blog/asana-discloses-data-exposure-bug-in-mcp-server',
    },
  },
  categories: 'all',
  signals: ['url', 'file_path'],
  stops: {
    sentence:
      'The grant of one team may name that team’s workspace and no other, and must name it in every call.',
    policy: {
      version: '1',
      default: 'deny',
      all_tools: {
        require: [
          {
            id: 'own-workspace',
            conditions: [{ path: 'args.workspace', op: 'eq', value: 'support' }],
            on_deny: 'This grant is for the workspace “support”. Name it in the call.',
          },
        ],
      },
      tools: { search_tasks: {}, get_task: {} },
    },
    tools: [
      {
        name: 'search_tasks',
        description: 'Searches tasks, in all workspaces when none is named.',
        inputSchema: {
          type: 'object',
          properties: { text: { type: 'string' }, workspace: { type: 'string' } },
          required: ['text'],
        },
      },
      {
        name: 'get_task',
        description: 'Gets a task with its comments.',
        inputSchema: {
          type: 'object',
          properties: { workspace: { type: 'string' }, task_id: { type: 'string' } },
          required: ['workspace', 'task_id'],
        },
      },
    ],
    cases: [
      {
        description: 'The team’s own workspace',
        call: { name: 'search_tasks', arguments: { text: 'refund', workspace: 'support' } },
        expect: 'allow',
        rule: '/tools/search_tasks',
      },
      {
        description: 'No workspace, which the server would take for all of them',
        call: { name: 'search_tasks', arguments: { text: 'salaries' } },
        expect: 'deny',
        rule: '/all_tools/require/0',
      },
      {
        description: 'The workspace of another team',
        call: { name: 'get_task', arguments: { workspace: 'finance', task_id: '4711' } },
        expect: 'deny',
        rule: '/all_tools/require/0',
      },
      {
        description: 'A second spelling beside the right one, for a server that is not particular',
        call: {
          name: 'search_tasks',
          arguments: { text: 'salaries', workspace: 'support', Workspace: 'finance' },
        },
        expect: 'deny',
        rule: '/arguments',
      },
    ],
  },
  remains:
    'A policy sees what a call asks for, not what the server does with it: a server that mixes up its tenants, as in the incident, does so behind every rule. An id that names no workspace cannot be judged either. The cure lies there: a credential for each team or user with no more rights than theirs, and tokens that are good for one service only.',
  goDeeper: [
    {
      title: 'Model Context Protocol: security best practices, confused deputy problem',
      url: 'https://modelcontextprotocol.io/docs/tutorials/security/security_best_practices',
    },
    {
      title: 'RFC 8707: Resource Indicators for OAuth 2.0',
      url: 'https://www.rfc-editor.org/info/rfc8707',
    },
  ],
};
