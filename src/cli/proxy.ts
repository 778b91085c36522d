import { join } from 'node:path';
import { Command } from 'commander';
import { createHttpListener, readOrMakeToken } from '#gateway';
import {
  hashGrantToken,
  isGrantToken,
  isMistypedToken,
  resolveDataDir,
  systemClock,
  ToolgateError,
} from '#platform';
import type { Compose } from './assembly.ts';
import { openOneServer, type OneServer } from './one-server.ts';
import { listen, untilStopped } from './serving.ts';
import { collect, portOf, targetOf, type TargetFlags } from './target.ts';

interface ProxyFlags extends TargetFlags {
  readonly policy: string;
  readonly port: string;
  readonly grant?: string;
  readonly data?: string;
}

export function proxyCommand(compose: Compose): Command {
  return new Command('proxy')
    .description('Govern one server with one policy file, over HTTP at /mcp/.')
    .requiredOption('--policy <file>', 'policy file')
    .option('--port <port>', 'port to listen on, loopback only', '8750')
    .option(
      '--grant <token>',
      'grant token that agents must send (or TOOLGATE_GRANT); "none" asks for no credential',
    )
    .option('--upstream <url>', 'server to govern, by address')
    .option('--transport <kind>', 'what it speaks: streamable-http (default) or sse')
    .option('--header <line>', 'header sent to the server, "Name: value"; may be repeated', collect)
    .option('--env <pair>', 'environment of the command, NAME=VALUE; may be repeated', collect)
    .option('--data <dir>', 'data folder (default: TOOLGATE_DATA, else ./data)')
    .argument('[command...]', 'command of a stdio server, after --')
    .addHelpText(
      'after',
      `
Examples:
  $ toolgate proxy --policy policy.json --port 8750 -- npx -y @modelcontextprotocol/server-filesystem /data
  $ toolgate proxy --policy policy.json --upstream https://mcp.example.com/mcp --header "Authorization: Bearer $KEY"

Without --grant a token is made once, kept in the data folder and printed.`,
    )
    .action((words: string[], flags: ProxyFlags) => runProxy(compose, words, flags));
}

async function runProxy(compose: Compose, words: readonly string[], flags: ProxyFlags): Promise<void> {
  const port = portOf(flags.port);
  const dataDir = resolveDataDir(flags.data);
  const wanted = flags.grant ?? (process.env['TOOLGATE_GRANT'] || undefined);
  const isAnonymous = wanted === 'none';
  const given = isAnonymous ? undefined : wanted;
  if (given !== undefined && !isGrantToken(given)) {
    throw new ToolgateError('usage.grant', 'The value of --grant is no grant token.', {
      hint: 'Leave --grant out and a token is made; or use "none" for no credential.',
    });
  }
  if (given !== undefined && isMistypedToken(given)) {
    process.stderr.write('Warning: the checksum of the --grant token is wrong; it may be mistyped.\n');
  }
  const label = isAnonymous ? 'anonymous' : 'proxy';
  const one = await openOneServer(
    compose,
    { policy: flags.policy, target: targetOf(flags, words), dataDir },
    label,
    isAnonymous,
  );
  await one.assembly.observers.started;
  const listener = createHttpListener({
    gateway: one.assembly.gateway,
    directory: one.assembly.directory,
    clock: systemClock,
    log: one.assembly.log,
    allowedHosts: [],
    allowedOrigins: [],
    isReady: () => true,
    metrics: { page: one.assembly.observers.metrics, audience: 'loopback' },
    welcome: 'Toolgate governs one MCP server at /mcp/.\n',
  });
  const { port: opened } = await listen(listener, port, '127.0.0.1', one.close);
  one.server.upstream.tools().catch(() => {}); // warm up; a failure shows at the first call
  announceGrant(one, given, isAnonymous, dataDir);
  process.stdout.write(`Toolgate is ready on http://127.0.0.1:${opened}/mcp/\n`);
  const { gateway, log } = one.assembly;
  await untilStopped({ listener, gateway, log, close: one.close });
}

function announceGrant(
  one: OneServer,
  given: string | undefined,
  isAnonymous: boolean,
  dataDir: string,
): void {
  if (isAnonymous) {
    process.stderr.write(
      'Warning: --grant none: every program on this machine may call. The policy still applies.\n',
    );
    return;
  }
  const token = given ?? readOrMakeToken(join(dataDir, 'proxy-grant.token'));
  one.assembly.directory.setGrants(new Map([[hashGrantToken(token), one.grant]]));
  if (given === undefined) process.stdout.write(`Grant: ${token}\n`);
}
