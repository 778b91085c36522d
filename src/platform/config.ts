import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { z } from 'zod';
import { controlSettings } from './control-settings.ts';
import { ToolgateError } from './errors.ts';
import { expandConfiguration } from './expand-configuration.ts';

const slug = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'use lower-case letters, digits and hyphens (it becomes part of a URL)',
  );
const milliseconds = z.int().min(1).max(86_400_000);

const limits = z
  .strictObject({
    connectMs: milliseconds.optional().describe('Time to reach the server (default 5,000).'),
    firstByteMs: milliseconds.optional().describe('Time until the server begins to answer (default 60,000).'),
    callMs: milliseconds.optional().describe('Time for one whole call (default 60,000).'),
    startMs: milliseconds
      .optional()
      .describe('Time for a command or an event stream to start and shake hands (default 15,000).'),
    concurrentCalls: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .describe('Calls under way at once (default 256); as many again wait up to five seconds.'),
    openStreams: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .describe('Streams that agents keep open at once (default 1,024); sessions with an SSE server too.'),
    breakAfter: z
      .int()
      .min(0)
      .max(1_000)
      .optional()
      .describe(
        'Failures in a row after which a server with a url is left alone for a while (default 5; 0: never).',
      ),
    answerBytes: z.int().min(1024).optional().describe('Largest answer or event accepted (default 16 MiB).'),
  })
  .describe('Limits that keep one bad server from harming others.');

const methods = z
  .strictObject({
    resources: z.boolean().optional(),
    prompts: z.boolean().optional(),
    completion: z.boolean().optional(),
    logging: z.boolean().optional(),
    subscriptions: z.boolean().optional(),
    sampling: z.boolean().optional().describe('Whether the server may ask for the answer of a model.'),
    elicitation: z.boolean().optional().describe('Whether the server may ask the user.'),
    roots: z
      .boolean()
      .optional()
      .describe('Whether the server may ask for the folders that the agent works in.'),
    tasks: z
      .boolean()
      .optional()
      .describe('Calls that go on as tasks (2025-11-25 and the extension of 2026-07-28). Off by default.'),
  })
  .describe(
    'Families of methods besides tools, and what the server may ask of the agent; false refuses the whole family. All but tasks are on by default.',
  );

const serverParts = {
  title: z.string().optional(),
  limits: limits.optional(),
  methods: methods.optional(),
  policies: z
    .record(slug, z.union([z.string(), z.record(z.string(), z.unknown())]))
    .optional()
    .describe('Policies of this server by name: the path of a policy file, or the document itself.'),
};

const commandServer = z.strictObject({
  command: z.string().min(1),
  args: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  cwd: z.string().optional(),
  ...serverParts,
});

const oauth = z
  .strictObject({
    mode: z
      .enum(['authorization_code', 'client_credentials'])
      .optional()
      .describe('A person consents once, with `toolgate login` (default), or the gateway logs in by itself.'),
    issuer: z
      .url()
      .optional()
      .describe(
        'The authorization server that may be used; needed with a secret, which then goes nowhere else.',
      ),
    clientId: z.string().min(1).optional().describe('Id of a client that is registered there already.'),
    clientSecret: z.string().min(1).optional(),
    privateKey: z.string().min(1).optional().describe('PKCS #8 in PEM, for private_key_jwt.'),
    signingAlgorithm: z.enum(['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256']).optional(),
    clientMetadataUrl: z
      .url({ protocol: /^https$/ })
      .optional()
      .describe('Address of a client metadata document, which is then the client id where servers allow it.'),
    redirectUri: z
      .url({ protocol: /^http$/, hostname: /^(localhost|127\.0\.0\.1|\[::1\])$/ })
      .optional()
      .describe('Loopback address that the client is registered with (default: any free port).'),
    scope: z.string().min(1).optional().describe('Rights to ask for (default: what the server asks for).'),
  })
  .describe('The gateway logs in to the server with OAuth 2.1.');

const urlServer = z.strictObject({
  url: z.string().min(1),
  transport: z
    .enum(['streamable-http', 'sse'])
    .optional()
    .describe('What the server speaks: Streamable HTTP (default), or HTTP with SSE of 2024-11-05.'),
  headers: z
    .record(z.string(), z.string())
    .optional()
    .describe('Sent to the server only, e.g. its credential.'),
  oauth: oauth.optional(),
  ...serverParts,
});

const server = z.union([commandServer, urlServer]);

const grant = z.strictObject({
  label: z.string().min(1).max(100),
  server: slug,
  policy: slug.optional().describe('Without a policy every call is denied.'),
  token: z
    .union([
      // tried in this order: who has thousands of grants has their hashes
      z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
      z.strictObject({ env: z.string().min(1) }),
      z.strictObject({ file: z.string().min(1) }),
    ])
    .describe(
      'Where the token comes from: an environment variable, a file in the data folder (made when missing), or its hash.',
    ),
  expires: z.iso.datetime({ offset: true }).optional(),
});

const addressRange = z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()], {
  error: 'write a range of addresses, e.g. 10.0.0.0/8 or fd00::/8',
});

const upstreamAddresses = z
  .union([z.enum(['any', 'public']), z.strictObject({ allow: z.array(addressRange) })])
  .describe(
    'Where servers with a url may lie: anywhere (default), at public addresses, or at those and in the ranges allowed.',
  );

const configuration = z.strictObject({
  $schema: z.string().optional(),
  host: z.string().optional().describe('Address to listen on (default 127.0.0.1).'),
  port: z.int().min(0).max(65_535).optional().describe('Port to listen on (default 8750).'),
  allowedHosts: z
    .array(z.string())
    .optional()
    .describe('Host names clients may use besides the loopback ones; needed when not listening on loopback.'),
  allowedOrigins: z
    .array(z.string())
    .optional()
    .describe('Web origins that may call, e.g. https://app.example.com.'),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Address under which the public reaches the pages of the catalogue, for links that leave them.',
    ),
  catalogue: z
    .union([z.boolean(), z.strictObject({ records: z.string().min(1) })])
    .optional()
    .describe(
      'Whether the public pages and the registry are served (default true), or the folder of records to serve.',
    ),
  organisation: slug.optional(),
  upstreamAddresses: upstreamAddresses.optional(),
  metrics: z
    .enum(['loopback', 'any', 'off'])
    .optional()
    .describe(
      'Who may read /metrics: programs on this machine (default), everybody who reaches the port, or nobody.',
    ),
  ...controlSettings,
  servers: z.record(slug, server),
  grants: z.array(grant).optional(),
});

export type Configuration = z.infer<typeof configuration>;
export type ServerConfiguration = z.infer<typeof server>;
export type GrantConfiguration = z.infer<typeof grant>;
export type OAuthConfiguration = z.infer<typeof oauth>;
export type LimitConfiguration = z.infer<typeof limits>;
export type MethodSwitches = z.infer<typeof methods>;

/** JSON Schema (2020-12) of `toolgate.json`, for completion in an editor. */
export function configurationJsonSchema(): object {
  return z.toJSONSchema(configuration);
}

/** A configuration with the folder that its relative paths start from. */
export interface LoadedConfiguration {
  readonly file: string;
  readonly folder: string;
  readonly configuration: Configuration;
}

/**
 * Reads and checks a `toolgate.json`. `${NAME}` and `${NAME:-default}` in commands, arguments, environments, URLs
 * and headers are replaced from `environment`.
 * Throws `config.unreadable`, `config.invalid` (all faults in `details`) or `config.variable_unset`.
 */
export function loadConfiguration(file: string, environment: NodeJS.ProcessEnv): LoadedConfiguration {
  const path = resolve(file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ToolgateError('config.unreadable', `Cannot read the configuration ${path}.`, {
      hint: 'Name an existing file with --config, or start from examples/toolgate.json.',
      cause,
    });
  }
  const problems: string[] = [];
  const value = parse(text);
  const checked = value === undefined ? undefined : configuration.safeParse(value);
  if (!checked?.success) {
    // places are found only when there is something to show: large files are read much faster without them
    const tree = parseWithPlaces(text, problems);
    for (const issue of flatten(checked?.error.issues ?? [])) {
      problems.push(`${placeOf(text, tree, issue.path)}${pointerOf(issue.path)}: ${issue.message}`);
    }
  }
  if (problems.length === 0 && checked?.success) {
    problems.push(...crossCheck(checked.data));
    if (problems.length === 0) {
      return {
        file: path,
        folder: dirname(path),
        configuration: expandConfiguration(checked.data, environment),
      };
    }
  }
  throw new ToolgateError('config.invalid', `The configuration ${path} has ${countOf(problems)}.`, {
    details: problems,
    hint: 'Correct the lines above; schemas/toolgate.schema.json gives completion in an editor.',
  });
}

/** Resolves a path of a configuration against the folder the configuration lies in. */
export function resolveFrom(folder: string, path: string): string {
  return isAbsolute(path) ? path : resolve(folder, path);
}

function countOf(problems: readonly string[]): string {
  return problems.length === 1 ? 'one fault' : `${problems.length} faults`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function parseWithPlaces(text: string, problems: string[]): Node | undefined {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  for (const error of errors)
    problems.push(`${lineAndColumn(text, error.offset)}: ${printParseErrorCode(error.error)}`);
  return tree;
}

type Issue = { readonly path: readonly PropertyKey[]; readonly message: string };

/** A union reports one list of issues per branch: the branch that is nearest (fewest issues) speaks. */
function flatten(issues: readonly z.core.$ZodIssue[]): Issue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
    const nearest = issue.errors.reduce((a, b) => (b.length < a.length ? b : a));
    return flatten(nearest).map((inner) => ({
      path: [...issue.path, ...inner.path],
      message: inner.message,
    }));
  });
}

function pointerOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return ' (the whole document)';
  return ` ${path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
}

function placeOf(text: string, tree: Node | undefined, path: readonly PropertyKey[]): string {
  const segments = path.map((part) => (typeof part === 'number' ? part : String(part)));
  for (let length = segments.length; length >= 0; length--) {
    const node = tree && findNodeAtLocation(tree, segments.slice(0, length));
    if (node) return `${lineAndColumn(text, node.offset)}:`;
  }
  return '';
}

function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

function crossCheck(config: Configuration): string[] {
  const problems: string[] = [];
  for (const [index, grantEntry] of (config.grants ?? []).entries()) {
    const owner = config.servers[grantEntry.server];
    if (!owner) {
      problems.push(`/grants/${index}/server: there is no server "${grantEntry.server}"`);
    } else if (grantEntry.policy !== undefined && !owner.policies?.[grantEntry.policy]) {
      problems.push(
        `/grants/${index}/policy: server "${grantEntry.server}" has no policy "${grantEntry.policy}" (it has: ${
          Object.keys(owner.policies ?? {}).join(', ') || 'none'
        })`,
      );
    }
  }
  for (const [id, entry] of Object.entries(config.servers)) {
    if ('oauth' in entry && entry.oauth) {
      const faults = oauthFaults(entry.oauth, Object.keys(entry.headers ?? {}));
      problems.push(...faults.map((fault) => `/servers/${id}/oauth: ${fault}`));
    }
  }
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { server, label } of config.grants ?? []) {
    const name = `${server}/${label}`;
    if (seen.has(name)) twice.add(name);
    seen.add(name);
  }
  for (const name of twice) problems.push(`/grants: two grants are called ${name}`);
  return problems;
}

function oauthFaults(settings: OAuthConfiguration, headers: readonly string[]): string[] {
  const { mode, issuer, clientId, clientSecret, privateKey, signingAlgorithm } = settings;
  const hasSecret = clientSecret !== undefined || privateKey !== undefined;
  const faults: [boolean, string][] = [
    [hasSecret && clientId === undefined, 'a secret needs its "clientId"'],
    [hasSecret && issuer === undefined, 'a secret needs the "issuer" that it is for'],
    [clientSecret !== undefined && privateKey !== undefined, 'give "clientSecret" or "privateKey", not both'],
    [privateKey !== undefined && signingAlgorithm === undefined, '"privateKey" needs its "signingAlgorithm"'],
    [mode === 'client_credentials' && !hasSecret, 'client_credentials need a "clientSecret" or "privateKey"'],
    [
      headers.some((name) => name.toLowerCase() === 'authorization'),
      'the header "Authorization" and "oauth" exclude one another',
    ],
  ];
  return faults.filter(([isFault]) => isFault).map(([, fault]) => fault);
}
