import { Command } from 'commander';
import { resolveDataDir, ToolgateError } from '#platform';
import { withOAuthServer } from './oauth-server.ts';

/** `toolgate logout`: the gateway gives its access to a server back. */
export function logoutCommand(): Command {
  return new Command('logout')
    .description('Forget the access that the gateway has to a server, and revoke it where that is possible.')
    .argument('<server>', 'id of the server in the configuration')
    .option('--config <file>', 'configuration (default: ./toolgate.json)')
    .option('--data <dir>', 'data folder (default: TOOLGATE_DATA, else ./data)')
    .addHelpText('after', '\nExamples:\n  $ toolgate logout tickets')
    .action((server: string, flags: { config?: string; data?: string }) =>
      withOAuthServer(
        server,
        flags.config,
        resolveDataDir(flags.data),
        async ({ id, settings, vault, fetch }) => {
          const { logOut } = await import('#upstream/oauth');
          const outcome = await logOut({ serverId: id, settings, vault, fetch });
          if (outcome === 'none')
            throw new ToolgateError('login.none', `The gateway is not logged in to "${id}".`);
          const more =
            outcome === 'revoked'
              ? ' and revoked'
              : '; the authorization server could not be told, revoke it there';
          process.stdout.write(`The access to "${id}" is forgotten${more}.\n`);
        },
      ),
    );
}
