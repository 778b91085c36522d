import { Command } from 'commander';
import { resolveDataDir } from '#platform';
import type { Compose } from './assembly.ts';
import { serveConfiguration } from './configured-gateway.ts';
import { portOf } from './target.ts';

export function serveCommand(compose: Compose): Command {
  return new Command('serve')
    .description('Serve the gateway for all servers of a configuration.')
    .option('--config <file>', 'configuration (default: ./toolgate.json, else the shipped example)')
    .option('--port <port>', 'port to listen on (default: PORT, else the configuration, else 8750)')
    .option('--host <address>', 'address to listen on (default: the configuration, else 127.0.0.1)')
    .option('--data <dir>', 'data folder (default: TOOLGATE_DATA, else ./data)')
    .addHelpText(
      'after',
      `
Examples:
  $ toolgate serve
  $ toolgate serve --config /etc/toolgate/toolgate.json --data /var/lib/toolgate --port 8750

Policies, grants and the configuration are read again when their files change; a faulty edit leaves the old one in force.`,
    )
    .action(async (flags: { config?: string; port?: string; host?: string; data?: string }) => {
      const port = flags.port ?? process.env['PORT'];
      await serveConfiguration(compose, {
        config: flags.config,
        port: port === undefined || port === '' ? undefined : portOf(port),
        host: flags.host,
        dataDir: resolveDataDir(flags.data),
      });
    });
}
