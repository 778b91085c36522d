import type { CatalogueIndex } from '#store';
import { checkStack, type CheckedServer } from '../stack/check-stack.ts';
import { readServerBlock } from '../stack/server-block.ts';
import type { Answer } from './answers.ts';
import type { Outcome } from './route.ts';
import { attemptAnswer, serverSummary } from './server-answers.ts';
import { toolSummary } from './tool-answers.ts';

/** What the servers of a client's configuration could do. Values of environments and headers are not read, arguments not given out. */
export async function stackReport(
  block: string,
  index: CatalogueIndex,
): Promise<Outcome<Answer<'StackReport'>>> {
  const { servers, problems } = readServerBlock(block);
  if (servers.length === 0 && problems.length > 0) {
    return {
      problem: {
        status: 400,
        code: 'registry.bad_configuration',
        detail: 'No server can be read in this.',
        hint: 'Give {"mcpServers": {"name": {"command": "npx", "args": ["-y", "package"]}}} as your client has it.',
        problems: [...problems],
      },
    };
  }
  const report = await checkStack(servers, index);
  return { answer: { ...report, servers: report.servers.map(checkedServer), problems } };
}

function checkedServer({
  name,
  kind,
  packageName,
  packageVersion,
  host,
  finding,
}: CheckedServer): Answer<'CheckedServer'> {
  return {
    name,
    kind,
    ...(packageName !== undefined && { package: packageName }),
    ...(packageVersion !== undefined && { version: packageVersion }),
    ...(host !== undefined && { host }),
    status: finding.status,
    ...(finding.status === 'unanswered' && { failedAttempt: attemptAnswer(finding.attempt) }),
    ...(finding.status === 'known' && {
      known: {
        server: serverSummary(finding.entry),
        ...(finding.readVersion !== undefined && { readVersion: finding.readVersion }),
        mostDangerous: finding.mostDangerous.map(toolSummary),
        ...finding.policy,
      },
    }),
  };
}
