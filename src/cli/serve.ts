import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { resolveDataDir, ToolgateError } from '#platform';
import type { Compose } from './assembly.ts';
import { serveConfiguration } from './configured-gateway.ts';
import { portOf } from './target.ts';
import { superviseWorkers } from './workers.ts';

interface ServeFlags {
  readonly config?: string;
  readonly port?: string;
  readonly host?: string;
  readonly data?: string;
  readonly workers: string;
}

const MOST_WORKERS = 256;

export function serveCommand(compose: Compose): Command {
  return new Command('serve')
    .description('Serve the gateway for all servers of a configuration.')
    .option('--config <file>', 'configuration (default: ./toolgate.json, else the shipped example)')
    .option('--port <port>', 'port to listen on (default: PORT, else the configuration, else 8750)')
    .option('--host <address>', 'address to listen on (default: the configuration, else 127.0.0.1)')
    .option('--data <dir>', 'data folder (default: TOOLGATE_DATA, else ./data)')
    .option('--workers <count>', 'processes that share the port, or "all" for one per core', '1')
    .addHelpText(
      'after',
      `
Examples:
  $ toolgate serve
  $ toolgate serve --config /etc/toolgate/toolgate.json --data /var/lib/toolgate --port 8750
  $ toolgate serve --workers all

Policies, grants and the configuration are read again when their files change; a faulty edit leaves the old one in force.`,
    )
    .action(async (flags: ServeFlags) => {
      const workers = workersOf(flags.workers);
      if (workers > 1 && cluster.isPrimary) return superviseWorkers(workers, compose.log);
      const port = flags.port ?? process.env['PORT'];
      await serveConfiguration(compose, {
        config: flags.config,
        port: port === undefined || port === '' ? undefined : portOf(port),
        host: flags.host,
        dataDir: resolveDataDir(flags.data),
      });
    });
}

function workersOf(text: string): number {
  if (text === 'all') return availableParallelism();
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_WORKERS) return count;
  throw new ToolgateError('usage.workers', `--workers ${text} is no number of processes.`, {
    hint: `Give a number from 1 to ${MOST_WORKERS}, or "all" for one per core.`,
  });
}
