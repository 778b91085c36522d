import type { AttackPattern } from './attack-pattern.ts';

/** A package that looks like the one that was meant. */
export const mcpTyposquatting: AttackPattern = {
  slug: 'mcp-typosquatting',
  title: 'Look-alike packages',
  group: 'Supply chain',
  summary: 'A package bears a name that one expects the real server to have, and somebody else publishes it.',
  whatHappens: [
    'Servers are installed by name, often from a line of a configuration that somebody copied. A name that is one letter off, or the obvious name that the vendor never took, leads to another publisher.',
    'The package works. It may be a copy of the real project, and stay one for many versions, until enough people use it. Then a version does a little more than it says.',
    'From the first start it has what the real one would get: the API key, the mails or rows that agents hand to it, and the rights of the user on whose machine it runs.',
  ],
  incident: {
    title: 'postmark-mcp sent a copy of every mail to a stranger',
    whenText: 'September 2025',
    text: 'Someone who had nothing to do with Postmark published a package “postmark-mcp” that sent mail through Postmark’s service. Over fifteen versions it did only that. Version 1.0.16 added a hidden recipient, so that a copy of each mail went to a foreign address. Postmark states that it had not published the package.',
    source: {
      title: 'Postmark: Information regarding malicious postmark-mcp package',
      url: 'https://postmarkapp.com/blog/information-regarding-malicious-postmark-mcp-package',
    },
  },
  categories: 'all',
  signals: ['credentials', 'recipients'],
  stops: {
    sentence:
      'A server that might be false gets only what may be lost: mail from a few templates, none with a free text, and no more than the work needs.',
    policy: {
      version: '1',
      default: 'deny',
      hide: ['send_email'],
      tools: {
        list_templates: {},
        send_email_with_template: {
          require: [
            {
              conditions: [{ path: 'args.template', op: 'in', value: ['order-shipped', 'opening-hours'] }],
              on_deny: 'Agents send order-shipped and opening-hours.',
            },
          ],
          limits: [{ counter: 'mails', window: 'hour', max: 50 }],
        },
      },
    },
    tools: [
      {
        name: 'send_email',
        description: 'Sends an e-mail.',
        inputSchema: {
          type: 'object',
          properties: { to: { type: 'string' }, subject: { type: 'string' }, text: { type: 'string' } },
          required: ['to', 'subject', 'text'],
        },
      },
      {
        name: 'send_email_with_template',
        description: 'Sends an e-mail made from a template.',
        inputSchema: {
          type: 'object',
          properties: { to: { type: 'string' }, template: { type: 'string' } },
          required: ['to', 'template'],
        },
      },
      {
        name: 'list_templates',
        description: 'Lists the templates.',
        inputSchema: { type: 'object', properties: {} },
      },
    ],
    cases: [
      {
        description: 'A mail that anyone may read',
        call: {
          name: 'send_email_with_template',
          arguments: { to: 'customer@example.com', template: 'opening-hours' },
        },
        expect: 'allow',
        rule: '/tools/send_email_with_template',
      },
      {
        description: 'A mail that opens an account for whoever gets the copy',
        call: {
          name: 'send_email_with_template',
          arguments: { to: 'customer@example.com', template: 'password-reset' },
        },
        expect: 'deny',
        rule: '/tools/send_email_with_template/require/0',
      },
      {
        description: 'A mail with anything in it',
        call: {
          name: 'send_email',
          arguments: { to: 'board@example.com', subject: 'Figures', text: '…' },
        },
        expect: 'deny',
        rule: '(hidden)',
      },
    ],
  },
  remains:
    'No rule finds the false package. What the policy lets through is copied, and the program can use its API key and the network without any call at all. That is decided when you install: take the name from the vendor’s own documentation, compare package and repository, write down an exact version, and run servers where they cannot reach more than they need.',
  goDeeper: [
    {
      title: 'OSV: MAL-2025-47604, malicious code in postmark-mcp',
      url: 'https://osv.dev/vulnerability/MAL-2025-47604',
    },
    { title: 'OWASP MCP Top 10', url: 'https://owasp.org/www-project-mcp-top-10/' },
  ],
};
