import type { CatalogueIndex, ServerEntry, UnansweredServer } from '#store';
import { serverPolicyOf } from '../stack/server-policy.ts';
import type { Answer } from './answers.ts';
import { serverLinks } from './links.ts';
import { riskiestFirst, toolSummary } from './tool-answers.ts';

/** A server as a list has it. */
export function serverSummary({
  facts,
  toolCount,
  counts,
  tokens,
  tokenRank,
}: ServerEntry): Answer<'ServerSummary'> {
  const { slug, name, package: packageName, repository, version, scannedAt } = facts;
  return {
    slug,
    name,
    ...(packageName !== undefined && { package: packageName }),
    ...(repository !== undefined && { repository }),
    ...(version !== undefined && { version }),
    lastRead: scannedAt,
    toolCount,
    counts,
    tokens,
    tokenRank,
    links: serverLinks(slug),
  };
}

/** All that is known of a server. */
export async function serverRecord(
  entry: ServerEntry,
  index: CatalogueIndex,
): Promise<Answer<'ServerRecord'>> {
  const { slug, package: packageName, serverInfo, era, revision, how } = entry.facts;
  const tools = await index.toolsOf(slug);
  const failed = packageName === undefined ? undefined : await index.unansweredNamed(packageName);
  return {
    ...serverSummary(entry),
    ...(serverInfo && { serverInfo }),
    era,
    revision,
    how,
    lifecycle: lifecycle(entry, failed),
    effects: serverPolicyOf(tools.map(({ tool }) => tool)).effects,
    tools: riskiestFirst(tools).map(toolSummary),
  };
}

function lifecycle(
  { facts: { scannedAt, earlier = [] } }: ServerEntry,
  failed: UnansweredServer | undefined,
): Answer<'Lifecycle'> {
  if (failed === undefined || failed.scannedAt < scannedAt) return { status: 'answers', earlier };
  return { status: 'stopped_answering', failedAttempt: attemptAnswer(failed), earlier };
}

/** An attempt to read a package that gave no tools. */
export function attemptAnswer({ version, scannedAt, reason, detail }: UnansweredServer): Answer<'Attempt'> {
  return { version, at: scannedAt, reason, detail };
}
