/** The part of the configuration that concerns people, approvals and records. */
import { z } from 'zod';

const slug = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'use lower-case letters, digits and hyphens (it becomes part of a URL)',
  );

const signInProvider = z.strictObject({
  id: slug,
  name: z.string().min(1).max(60).optional().describe('What the button says (default: the id).'),
  issuer: z.url({ protocol: /^https?$/ }),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  scopes: z.array(z.string().min(1)).optional().describe('Default: openid, profile, email.'),
});

const accounts = z
  .strictObject({
    signUp: z
      .enum(['first', 'open', 'closed'])
      .optional()
      .describe(
        'Who may make an account without an invitation: the first person (default), everybody, or nobody.',
      ),
    oidc: z.array(signInProvider).max(10).optional().describe('Sign-in with accounts of somebody else.'),
  })
  .describe('Accounts of people.');

const mail = z
  .strictObject({
    url: z
      .string()
      .regex(/^(?:smtps?:\/\/|\$\{)/, 'write smtp://… or smtps://…')
      .describe('Mail server, e.g. smtp://user:password@mail.example.com:587.'),
    from: z.string().min(3).max(200),
  })
  .describe(
    'Where mail is sent through. Without it, links that would be mailed are printed for the operator.',
  );

const approvals = z
  .strictObject({
    lifeSeconds: z
      .int()
      .min(10)
      .max(7 * 86_400)
      .optional()
      .describe('How long a person has to answer, and a yes is worth something (default 900).'),
    holdOpenSeconds: z
      .int()
      .min(0)
      .max(600)
      .optional()
      .describe('How long a held call waits for the answer before it is told to come again (default 0).'),
    elicitation: z
      .boolean()
      .optional()
      .describe('Whether clients that can are asked to open the page of the approval (default true).'),
  })
  .describe('Calls that are held for a person.');

const forward = z
  .strictObject({
    url: z.string().regex(/^(?:https?:\/\/|\$\{)/, 'write https://…'),
    format: z.enum(['ndjson', 'otlp']).optional().describe('Default ndjson.'),
    headers: z.record(z.string(), z.string()).optional(),
    secret: z.string().min(16).optional().describe('Signs what is sent (HMAC-SHA256).'),
  })
  .describe('Where decision records are sent as they are made.');

/** Fields of the configuration; see `configuration` in `config.ts`. */
export const controlSettings = {
  control: z
    .boolean()
    .optional()
    .describe('Whether accounts and the API under /api/ are served (default true).'),
  accounts: accounts.optional(),
  mail: mail.optional(),
  approvals: approvals.optional(),
  commands: z
    .boolean()
    .optional()
    .describe(
      'Whether administrators may register servers that are commands on this machine (default: only while the gateway listens on loopback).',
    ),
  retentionDays: z
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe('How long decision records are kept (default: for ever).'),
  forward: forward.optional(),
  trustedProxies: z
    .array(z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()]))
    .max(100)
    .optional()
    .describe('Proxies before the gateway, whose X-Forwarded-For is believed.'),
};
