import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { serveStdio } from '#gateway';
import type { Compose } from './assembly.ts';
import { openOneServer } from './one-server.ts';
import { collect, targetOf, type TargetFlags } from './target.ts';

interface WrapFlags extends TargetFlags {
  readonly policy: string;
  readonly data?: string;
}

export function wrapCommand(compose: Compose): Command {
  return new Command('wrap')
    .description(
      'Govern one server with one policy file, on standard input and output (for desktop clients).',
    )
    .requiredOption('--policy <file>', 'policy file')
    .option('--upstream <url>', 'server to govern, by address')
    .option('--transport <kind>', 'what it speaks: streamable-http (default) or sse')
    .option('--header <line>', 'header sent to the server, "Name: value"; may be repeated', collect)
    .option('--env <pair>', 'environment of the command, NAME=VALUE; may be repeated', collect)
    .option('--data <dir>', 'data folder (default: TOOLGATE_DATA, else ~/.toolgate)')
    .argument('[command...]', 'command of a stdio server, after --')
    .addHelpText(
      'after',
      `
Example: in the configuration of a desktop client, put toolgate before the command that is there:
  "command": "toolgate",
  "args": ["wrap", "--policy", "/path/policy.json", "--", "npx", "-y", "@modelcontextprotocol/server-filesystem", "/data"]`,
    )
    .action((words: string[], flags: WrapFlags) => runWrap(compose, words, flags));
}

/** Ends when the client closes its side; a signal counts as that. */
async function runWrap(compose: Compose, words: readonly string[], flags: WrapFlags): Promise<void> {
  // a desktop client starts programs in any folder, so the data folder does not depend on it
  const dataDir = flags.data ?? (process.env['TOOLGATE_DATA'] || join(homedir(), '.toolgate'));
  const target = targetOf(flags, words);
  const { assembly, server, grant, close } = await openOneServer(
    compose,
    { policy: flags.policy, target, dataDir },
    'wrap',
    true,
  );
  const stop = (): void => void process.stdin.destroy();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  try {
    await assembly.observers.started;
    const { gateway, log } = assembly;
    await serveStdio({ gateway, grant, server, input: process.stdin, output: process.stdout, log });
  } finally {
    await close();
  }
}
