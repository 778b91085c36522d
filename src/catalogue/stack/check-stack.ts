import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  CatalogueCategory,
  CatalogueIndex,
  CategoryCounts,
  ServerEntry,
  ToolEntry,
  UnansweredServer,
} from '#store';
import { programOf } from './npm-command.ts';
import type { ConfiguredServer } from './server-block.ts';
import { serverPolicyOf, type ServerPolicy } from './server-policy.ts';

/** What the catalogue knows of one configured server. */
export type StackFinding =
  | {
      readonly status: 'known';
      readonly entry: ServerEntry;
      /** The version that was read, where the block asks for another one or for none. */
      readonly readVersion?: string;
      /** All tools, in the server's own order. */
      readonly tools: readonly ToolEntry[];
      readonly mostDangerous: readonly ToolEntry[];
      readonly policy: ServerPolicy;
    }
  | { readonly status: 'unanswered'; readonly attempt: UnansweredServer }
  /** A server at an address, and anything else that the catalogue has no record of. */
  | { readonly status: 'remote' | 'unknown' };

/** A configured server without what may be secret, and what is known of it. */
export interface CheckedServer {
  readonly name: string;
  readonly kind: ConfiguredServer['kind'];
  readonly packageName?: string;
  readonly packageVersion?: string;
  /** Host of a server at an address. */
  readonly host?: string;
  readonly finding: StackFinding;
}

/** Everything that the agents of a configuration could call, as far as the catalogue knows it. */
export interface StackReport {
  readonly servers: readonly CheckedServer[];
  /** Of all known servers together. */
  readonly toolCount: number;
  readonly counts: CategoryCounts;
  readonly byStatus: Readonly<Record<StackFinding['status'], number>>;
}

const MOST_DANGEROUS = 5;

/** Worst first; what cannot be told is treated as what executes. */
const DANGER: Readonly<Record<CatalogueCategory, number>> = {
  financial: 0,
  destructive: 1,
  execute: 2,
  unknown: 3,
  write: 4,
  read: 5,
};

/** Looks every configured server up in the catalogue: what it could do, its most dangerous tools, and a policy for it. */
export async function checkStack(
  configured: readonly ConfiguredServer[],
  index: CatalogueIndex,
): Promise<StackReport> {
  const servers: CheckedServer[] = [];
  for (const server of configured) {
    servers.push(await checkServer(server, index));
    // a large stack keeps nobody else waiting
    await nextTurn();
  }
  const counts = { read: 0, write: 0, execute: 0, destructive: 0, financial: 0, unknown: 0 };
  const byStatus = { known: 0, unanswered: 0, remote: 0, unknown: 0 };
  let toolCount = 0;
  for (const { finding } of servers) {
    byStatus[finding.status]++;
    if (finding.status !== 'known') continue;
    toolCount += finding.entry.toolCount;
    for (const category of Object.keys(counts) as CatalogueCategory[])
      counts[category] += finding.entry.counts[category];
  }
  return { servers, toolCount, counts, byStatus };
}

async function checkServer(server: ConfiguredServer, index: CatalogueIndex): Promise<CheckedServer> {
  const { name, kind, packageName, packageVersion, url } = server;
  const host = url === undefined ? undefined : hostOf(url);
  return {
    name,
    kind,
    ...(packageName !== undefined && { packageName }),
    ...(packageVersion !== undefined && isVersionLike(packageVersion) && { packageVersion }),
    ...(host !== undefined && { host }),
    finding: await findingOf(server, index),
  };
}

async function findingOf(server: ConfiguredServer, index: CatalogueIndex): Promise<StackFinding> {
  if (server.kind === 'remote') return { status: 'remote' };
  const entry = await entryOf(server, index);
  if (entry !== undefined) return known(server, entry, await index.toolsOf(entry.facts.slug));
  const attempt =
    server.packageName === undefined ? undefined : await index.unansweredNamed(server.packageName);
  return attempt === undefined ? { status: 'unknown' } : { status: 'unanswered', attempt };
}

/** The record of exactly this package, or of a server that comes with Toolgate: a likeness of names is no proof. */
async function entryOf(
  { kind, packageName, command = '' }: ConfiguredServer,
  index: CatalogueIndex,
): Promise<ServerEntry | undefined> {
  if (packageName !== undefined) {
    const entry = await index.serverNamed(packageName);
    return entry?.facts.package === packageName ? entry : undefined;
  }
  if (kind !== 'program') return undefined;
  const entry = await index.serverNamed(programOf(command));
  return entry?.facts.how.by === 'bundled' ? entry : undefined;
}

function known(
  { packageVersion }: ConfiguredServer,
  entry: ServerEntry,
  tools: readonly ToolEntry[],
): StackFinding {
  const { version } = entry.facts;
  return {
    status: 'known',
    entry,
    ...(version !== undefined && version !== packageVersion && { readVersion: version }),
    tools,
    mostDangerous: tools
      .toSorted((a, b) => DANGER[a.tool.category] - DANGER[b.tool.category])
      .slice(0, MOST_DANGEROUS),
    policy: serverPolicyOf(tools.map(({ tool }) => tool)),
  };
}

function hostOf(url: string): string | undefined {
  try {
    return new URL(url).host;
  } catch {
    return undefined;
  }
}

/** A pasted text stands behind the `@`: shown only where it is a version, a range or a tag. */
function isVersionLike(version: string): boolean {
  return /^[\^~<>=v]*\d[\w.+-]{0,40}$|^[a-z]{2,20}$/i.test(version);
}
