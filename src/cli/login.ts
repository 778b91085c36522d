import { spawn } from 'node:child_process';
import { Command } from 'commander';
import { resolveDataDir, systemClock, ToolgateError } from '#platform';
import { listenForCallback } from './callback-listener.ts';
import { momentOf } from './moment.ts';
import { withOAuthServer, type OAuthServer } from './oauth-server.ts';

interface LoginFlags {
  readonly config?: string;
  readonly data?: string;
  readonly browser: boolean;
  readonly timeout: string;
}

/** `toolgate login`: a person lets the gateway use a server in their name. A running gateway follows within a second. */
export function loginCommand(): Command {
  return new Command('login')
    .description('Log the gateway in to a server that wants OAuth, in your browser.')
    .argument('<server>', 'id of the server in the configuration')
    .option('--config <file>', 'configuration (default: ./toolgate.json)')
    .option('--no-browser', 'only print the address')
    .option('--timeout <time>', 'how long to wait for you: 90s, 10m', '5m')
    .option('--data <dir>', 'data folder (default: TOOLGATE_DATA, else ./data)')
    .addHelpText(
      'after',
      `
Examples:
  $ toolgate login tickets
  $ toolgate login tickets --config /etc/toolgate/toolgate.json --data /var/lib/toolgate --no-browser

The browser must run on this machine: it is sent back to an address that only this machine has.`,
    )
    .action(async (server: string, flags: LoginFlags) => {
      const timeoutMs = momentOf(flags.timeout, 'ahead', 0);
      await withOAuthServer(server, flags.config, resolveDataDir(flags.data), (found) =>
        logIn(found, flags.browser, timeoutMs),
      );
    });
}

async function logIn(server: OAuthServer, opensBrowser: boolean, timeoutMs: number): Promise<void> {
  const { id, url, headers, settings, vault, fetch } = server;
  if (settings.mode === 'client_credentials') {
    throw new ToolgateError(
      'login.not_needed',
      `The gateway logs in to "${id}" by itself (client_credentials).`,
    );
  }
  const before = (await vault.find(id))?.record.client;
  const preferred = before?.source === 'registered' ? before.redirectUri : undefined;
  const callback = await listenForCallback(settings.redirectUri, preferred);
  try {
    const { beginLogin } = await import('#upstream/oauth');
    const login = await beginLogin({
      serverId: id,
      serverUrl: url,
      headers,
      settings,
      redirectUri: callback.redirectUri,
      vault,
      fetch,
      clock: systemClock,
    });
    process.stdout.write(
      `Open this address to let Toolgate use "${id}":\n\n  ${login.authorizationUrl.href}\n\n`,
    );
    if (opensBrowser) openBrowser(login.authorizationUrl);
    await login.finish(await callback.answer(login.isExpected, timeoutMs));
    process.stdout.write(`Toolgate is logged in to "${id}".\n`);
  } finally {
    await callback.close();
  }
}

/** Best effort: the address is printed besides. It comes from outside, so that no shell may see it. */
function openBrowser(url: URL): void {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return;
  const [command, ...args]: [string, ...string[]] =
    process.platform === 'darwin'
      ? ['open', url.href]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url.href]
        : ['xdg-open', url.href];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
