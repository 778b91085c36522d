import type { AttackPattern } from './attack-pattern.ts';

/** The right package, in wrong hands. */
export const compromisedMcpPackage: AttackPattern = {
  slug: 'compromised-mcp-package',
  title: 'Compromised packages',
  group: 'Supply chain',
  summary:
    'The genuine package of a server gets a malicious version, because somebody stole the right to publish it.',
  whatHappens: [
    'A maintainer’s token is stolen, or the machine that builds the releases is tricked. A new version appears under the right name, from the right publisher.',
    'Servers that are started with “the newest version” take it at their next start. What it does often happens while it is installed, before it has answered a single request: it collects tokens, keys and cloud credentials from the machine.',
    'If it goes on as a server, it may also offer its agents something new: a tool that runs commands, or one that fetches what the machine itself does not hold.',
  ],
  incident: {
    title: 'A worm took over versions of Postman’s MCP server',
    whenText: '24 November 2025',
    text: 'Versions 2.4.10 to 2.4.12 of @postman/postman-mcp-server were published by a worm that spread through npm packages, known as “Sha1-Hulud: The Second Coming”. According to the record of malicious packages, it steals tokens and credentials and publishes them on GitHub, spreads to the other packages of the user, and may destroy the home directory.',
    source: {
      title: 'OSV: MAL-2025-190909, malicious code in @postman/postman-mcp-server',
      url: 'https://osv.dev/vulnerability/MAL-2025-190909',
    },
  },
  categories: 'all',
  signals: ['credentials', 'code'],
  stops: {
    sentence:
      'Tools are allowed by class: what reads and writes goes on, and whatever a new version brings that executes, destroys or pays is refused.',
    policy: {
      version: '1',
      default: 'deny',
      risk: {
        read: { limits: [{ counter: 'reads', window: 'minute', max: 60 }] },
        write: { limits: [{ counter: 'writes', window: 'minute', max: 10 }] },
        execute: { action: 'deny', reason: 'This server has no business executing anything.' },
        destructive: { action: 'deny', reason: 'Nothing is deleted through this server.' },
        financial: { action: 'deny', reason: 'This server has no business with money.' },
      },
    },
    tools: [
      {
        name: 'get_collection',
        description: 'Gets a collection of requests.',
        inputSchema: {
          type: 'object',
          properties: { collection_id: { type: 'string' } },
          required: ['collection_id'],
        },
      },
      {
        name: 'create_collection',
        description: 'Creates a collection of requests.',
        inputSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
      },
      {
        name: 'delete_workspace',
        description: 'Permanently deletes a workspace with all its collections.',
        inputSchema: {
          type: 'object',
          properties: { workspace_id: { type: 'string' } },
          required: ['workspace_id'],
        },
      },
      {
        name: 'run_shell_command',
        description: 'Runs a shell command.',
        inputSchema: { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] },
      },
    ],
    cases: [
      {
        description: 'Reading goes on',
        call: { name: 'get_collection', arguments: { collection_id: 'c-12' } },
        expect: 'allow',
        rule: '/risk/read',
      },
      {
        description: 'Writing goes on',
        call: { name: 'create_collection', arguments: { name: 'Orders' } },
        expect: 'allow',
        rule: '/risk/write',
      },
      {
        description: 'What cannot be undone was never allowed',
        call: { name: 'delete_workspace', arguments: { workspace_id: 'w-3' } },
        expect: 'deny',
        rule: '/risk/destructive/action',
      },
      {
        description: 'A tool that only the hijacked version has',
        call: { name: 'run_shell_command', arguments: { command: 'env' } },
        expect: 'deny',
        rule: '/risk/execute/action',
      },
    ],
  },
  remains:
    'What the package does while it is installed or started, no call carries and no rule sees. The class of a new tool is read from its own description, which a hijacked version writes: naming the allowed tools one by one is stricter. The first defence is not to run the new version yet: exact versions, installation without scripts, some days of delay, and a sandbox without the credentials of the machine.',
  goDeeper: [
    {
      title: 'CISA: Widespread supply chain compromise impacting npm ecosystem',
      url: 'https://www.cisa.gov/news-events/alerts/2025/09/23/widespread-supply-chain-compromise-impacting-npm-ecosystem',
    },
    { title: 'OWASP MCP Top 10', url: 'https://owasp.org/www-project-mcp-top-10/' },
  ],
};
