import type { AttackPattern } from './attack-pattern.ts';

/** One tool reads, another carries it out of the house. */
export const dataExfiltrationViaToolChaining: AttackPattern = {
  slug: 'data-exfiltration-via-tool-chaining',
  title: 'Data exfiltration by chained tools',
  group: 'Agent behaviour',
  summary:
    'A tool that reads private data and a tool that writes where others can read are each allowed, and together they are a leak.',
  whatHappens: [
    'One tool reads: files, mails, private repositories. Another one sends, publishes or fetches an address. Each has its use, and each call by itself would pass a review.',
    'The agent connects them. Told to by a planted text, or only eager to be helpful, it puts what it read into a pull request, a message, a file name or the query of a URL. Whoever waits at the other end has it.',
    'No permission is broken on the way. It is the combination that nobody decided on.',
  ],
  incident: {
    title: 'Private repositories leaked through a pull request (a demonstration)',
    whenText: 'May 2025, reproduced in August 2025',
    text: 'Invariant Labs showed that an issue in a public repository could make an agent with the GitHub MCP server read private repositories of the same user and publish what it found in the public one. A report in the server’s own repository reproduces it: the user asked the agent only to look at the issues and fix them. The server later got a lockdown mode, which leaves out what people without push access wrote.',
    source: {
      title: 'github/github-mcp-server, issue 844: Exfiltrate information from private repositories',
      url: 'https://github.com/github/github-mcp-server/issues/844',
    },
  },
  categories: ['read', 'write', 'execute'],
  signals: ['recipients', 'url', 'file_path'],
  stops: {
    sentence:
      'The grant for a public repository reads that repository alone, and what it would publish waits for a person.',
    policy: {
      version: '1',
      default: 'deny',
      tools: {
        list_issues: {
          require: [
            {
              conditions: [
                { path: 'args.owner', op: 'eq', value: 'example' },
                { path: 'args.repo', op: 'eq', value: 'website' },
              ],
              on_deny: 'This grant works on example/website.',
            },
          ],
        },
        get_file_contents: {
          require: [
            {
              conditions: [
                { path: 'args.owner', op: 'eq', value: 'example' },
                { path: 'args.repo', op: 'eq', value: 'website' },
              ],
              on_deny: 'This grant works on example/website.',
            },
          ],
        },
        create_pull_request: {
          action: 'require_approval',
          reason: 'A pull request on a public repository is published at once.',
        },
      },
    },
    tools: [
      {
        name: 'list_issues',
        description: 'Lists the issues of a repository.',
        inputSchema: {
          type: 'object',
          properties: { owner: { type: 'string' }, repo: { type: 'string' } },
          required: ['owner', 'repo'],
        },
      },
      {
        name: 'get_file_contents',
        description: 'Gets a file or a directory of a repository.',
        inputSchema: {
          type: 'object',
          properties: { owner: { type: 'string' }, repo: { type: 'string' }, path: { type: 'string' } },
          required: ['owner', 'repo', 'path'],
        },
      },
      {
        name: 'create_pull_request',
        description: 'Opens a pull request.',
        inputSchema: {
          type: 'object',
          properties: {
            owner: { type: 'string' },
            repo: { type: 'string' },
            title: { type: 'string' },
            body: { type: 'string' },
          },
          required: ['owner', 'repo', 'title'],
        },
      },
      {
        name: 'search_repositories',
        description: 'Searches all repositories that the user can see.',
        inputSchema: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
      },
    ],
    cases: [
      {
        description: 'The issues that the user asked for, the planted one among them',
        call: { name: 'list_issues', arguments: { owner: 'example', repo: 'website' } },
        expect: 'allow',
        rule: '/tools/list_issues',
      },
      {
        description: 'A search for private repositories',
        call: { name: 'search_repositories', arguments: { query: 'user:example' } },
        expect: 'deny',
        rule: '(default deny)',
      },
      {
        description: 'A file of a private repository',
        call: {
          name: 'get_file_contents',
          arguments: { owner: 'example', repo: 'payroll', path: 'README.md' },
        },
        expect: 'deny',
        rule: '/tools/get_file_contents/require/0',
      },
      {
        description: 'The way out',
        call: {
          name: 'create_pull_request',
          arguments: { owner: 'example', repo: 'website', title: 'About the author', body: '…' },
        },
        expect: 'hold',
        rule: '/tools/create_pull_request/action',
      },
    ],
  },
  remains:
    'A policy belongs to one server. When the tool that reads and the tool that sends belong to two of them, each policy sees half of the chain, and tools that the agent has outside the gateway are not seen at all. A person who is asked sees the text, but may not see what is hidden in it.',
  goDeeper: [
    {
      title: 'Invariant Labs: GitHub MCP Exploited',
      url: 'https://invariantlabs.ai/blog/mcp-github-vulnerability',
    },
    {
      title: 'github/github-mcp-server, pull request 1371: lockdown mode',
      url: 'https://github.com/github/github-mcp-server/pull/1371',
    },
  ],
};
