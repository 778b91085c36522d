import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, ToolgateError } from '#platform';
import { printable } from './printable.ts';
import { onceEach, recommendFor, type RecommendedTool } from './recommended.ts';
import type { AnsweredServer } from './scan.ts';

/**
 * Writes the recommended policy of a scanned server, with the reasons in a Markdown file beside it; of several servers, into a
 * folder. Throws `scan.cannot_write`.
 */
export async function writePolicyFiles(
  path: string,
  servers: readonly AnsweredServer[],
  intoFolder: boolean,
): Promise<void> {
  try {
    if (intoFolder) await mkdir(path, { recursive: true });
    for (const server of servers) {
      const file = intoFolder ? join(path, `${fileNameOf(server.server)}.json`) : path;
      const { policy, told } = recommendFor(onceEach(server.outcome.tools.map((tool) => ({ ...tool }))));
      await writeFile(file, `${JSON.stringify(policy, null, 2)}\n`);
      const reasons = `${file.replace(/\.json$/, '')}.md`;
      await writeFile(reasons, reasonsOf(server, told));
      process.stderr.write(`The policy is in ${file}, the reasons are in ${reasons}.\n`);
    }
  } catch (error) {
    throw new ToolgateError('scan.cannot_write', `Cannot write the policy to ${path}: ${messageOf(error)}.`, {
      hint: 'Name a file in a folder that is there; with --config, a folder.',
      cause: error,
    });
  }
}

function fileNameOf(server: string): string {
  return (
    server
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '') || 'server'
  );
}

function reasonsOf({ server, version }: AnsweredServer, told: readonly RecommendedTool[]): string {
  const lines = told.map(
    ({ tool, category, rationale, effect }) =>
      `| ${cell(tool)} | ${category} | ${cell(effect)} | ${cell(rationale)} |`,
  );
  return [
    `# Policy for ${inertMarkdown(server)}${version === undefined ? '' : ` ${inertMarkdown(version)}`}`,
    '',
    'Every tool with the rule that its class calls for; all else is denied. Read it before you use it.',
    '',
    '| tool | class | effect | why |',
    '|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}

function cell(text: string): string {
  return inertMarkdown(text).replaceAll('|', String.raw`\|`);
}

/** A server's words must not become markup of ours. */
function inertMarkdown(text: string): string {
  return printable(text).replaceAll(/[\\*_`<>[\]#]/g, (mark) => `\\${mark}`);
}
