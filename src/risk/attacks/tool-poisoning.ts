import type { AttackPattern } from './attack-pattern.ts';

/** Instructions in the definition of a tool. */
export const toolPoisoning: AttackPattern = {
  slug: 'tool-poisoning',
  title: 'Tool poisoning',
  group: 'Protocol',
  summary:
    'A server hides instructions in the description of a tool, where the model reads them and the user does not.',
  whatHappens: [
    'An agent’s model reads every tool’s name, description and schema before it does anything. Clients show their users the name, perhaps the first line. What stands below, behind many spaces or in characters that are not displayed, is for the model alone.',
    'A poisoned description tells the model what to do: read a file with keys and pass it along in a parameter, or change where the mail tool sends its mail. The poisoned tool need not be called. It may speak about the tools of other servers, which are honest.',
    'So the harm is mostly done through tools that nobody suspects, those that read files and send messages.',
  ],
  incident: {
    title: 'A tool that adds two numbers asked for SSH keys (a demonstration)',
    whenText: 'April 2025',
    text: 'Invariant Labs published servers that show the attack. The tool “add” of the first instructs the agent to hand over SSH keys and its own configuration of servers. The second changes how the agent uses the mail tool of a trusted server, so that all mail goes to the attacker. The third turns malicious only when it is loaded a second time, and then has a WhatsApp server send the user’s messages to another number.',
    source: {
      title: 'invariantlabs-ai/mcp-injection-experiments',
      url: 'https://github.com/invariantlabs-ai/mcp-injection-experiments',
    },
  },
  categories: 'all',
  signals: ['file_path', 'recipients', 'free_form'],
  stops: {
    sentence:
      'The honest tools that a poisoned neighbour would use read the project’s files only, and write to known addresses only.',
    policy: {
      version: '1',
      default: 'deny',
      tools: {
        read_file: {
          require: [
            {
              id: 'project-files',
              conditions: [
                {
                  path: 'args.path',
                  op: 'regex',
                  value: '^/project/(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+\\.(?:ts|json|md)$',
                },
              ],
              on_deny: 'Only source files below /project may be read.',
            },
          ],
        },
        send_email: {
          require: [
            {
              conditions: [{ path: 'args.to', op: 'in', value: ['team@example.com', 'billing@example.com'] }],
              on_deny: 'Mail goes to the team and to billing.',
            },
          ],
        },
      },
    },
    tools: [
      {
        name: 'read_file',
        description: 'Reads a file.',
        inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
      },
      {
        name: 'send_email',
        description: 'Sends an e-mail.',
        inputSchema: {
          type: 'object',
          properties: { to: { type: 'string' }, subject: { type: 'string' }, body: { type: 'string' } },
          required: ['to', 'subject', 'body'],
        },
      },
    ],
    cases: [
      {
        description: 'A file of the project',
        call: { name: 'read_file', arguments: { path: '/project/src/index.ts' } },
        expect: 'allow',
        rule: '/tools/read_file',
      },
      {
        description: 'The keys that the poisoned description asks for',
        call: { name: 'read_file', arguments: { path: '/home/dev/.ssh/id_rsa' } },
        expect: 'deny',
        rule: '/tools/read_file/require/0',
      },
      {
        description: 'The same file, from inside the project',
        call: { name: 'read_file', arguments: { path: '/project/../home/dev/.ssh/id_rsa' } },
        expect: 'deny',
        rule: '/tools/read_file/require/0',
      },
      {
        description: 'Mail to an address that the description names',
        call: {
          name: 'send_email',
          arguments: { to: 'collector@example.net', subject: 'Report', body: '…' },
        },
        expect: 'deny',
        rule: '/tools/send_email/require/0',
      },
    ],
  },
  remains:
    'A policy judges calls. The poisoned text still reaches the model, what the agent does with tools outside the gateway is not seen, and what it reads within the rules can be handed to the poisoned tool itself. Read a definition whole before you connect its server, and take the catalogue’s note on hidden characters in it for a warning.',
  goDeeper: [
    {
      title: 'Invariant Labs: Tool poisoning attacks',
      url: 'https://invariantlabs.ai/blog/mcp-security-notification-tool-poisoning-attacks',
    },
    {
      title: 'OWASP MCP03:2025 Tool Poisoning',
      url: 'https://owasp.org/www-project-mcp-top-10/2025/MCP03-2025%E2%80%93Tool-Poisoning',
    },
  ],
};
