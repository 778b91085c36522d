// Driver for `conformance client --command`: puts the built gateway between a client and the suite's server. It starts
// `toolgate serve` with that server as upstream, logs it in with `toolgate login` (its own "browser" follows the redirects
// of the suite's authorization server, which agrees by itself), runs the scenario's client against the gateway, and exits
// as that client does. The suite appends the address of its server.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const TOOLGATE = resolve(import.meta.dirname, '../../bin/toolgate');
/** The suite starts every scenario at once; this many run at a time. */
const SLOTS = 3;
const CLIENT_METADATA = 'https://conformance-test.local/client-metadata.json';

const upstream = process.argv.at(-1);
const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? '';
const revision = process.env.MCP_CONFORMANCE_PROTOCOL_VERSION ?? '';
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');
const isAuth = scenario.startsWith('auth/');

const release = await takeSlot(process.env.TOOLGATE_CONFORMANCE_SLOTS);
const folder = mkdtempSync(join(tmpdir(), 'toolgate-client-leg-'));
const running = [];
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
  release();
});
process.once('SIGTERM', () => process.exit(1));

try {
  const settings = isAuth ? await oauthSettings() : undefined;
  const config = join(folder, 'toolgate.json');
  writeFileSync(config, JSON.stringify(configuration(settings)));
  const needsLogin = isAuth && settings.mode !== 'client_credentials';
  const [gateway] = await Promise.all([serve(config), needsLogin ? logIn(config) : undefined]);
  const { runScenario } = await import('./scenario-client.mjs');
  const url = `${gateway.base}/mcp/referee/`;
  await runScenario({ scenario, revision, url, token: gateway.token, context, logIn: () => logIn(config) });
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}

function configuration(oauth) {
  return {
    servers: {
      referee: {
        url: upstream,
        ...(oauth && { oauth }),
        policies: { all: { version: '1', default: 'allow', arguments: 'any' } },
      },
    },
    grants: [{ label: 'client', server: 'referee', policy: 'all', token: { file: 'client.token' } }],
  };
}

/** What an operator would configure for the server of this scenario. */
async function oauthSettings() {
  const { client_id: clientId, client_secret: clientSecret, private_key_pem: privateKey } = context;
  if (clientId === undefined) return { clientMetadataUrl: CLIENT_METADATA };
  const issuer = context.issuer ?? (await publishedIssuer());
  const secret = privateKey ? { privateKey, signingAlgorithm: context.signing_algorithm } : { clientSecret };
  const isMachine = scenario.startsWith('auth/client-credentials');
  return { clientId, issuer, ...secret, ...(isMachine && { mode: 'client_credentials' }) };
}

async function publishedIssuer() {
  const { origin, pathname } = new URL(upstream);
  const response = await fetch(`${origin}/.well-known/oauth-protected-resource${pathname}`);
  return (await response.json()).authorization_servers[0];
}

async function serve(config) {
  const gateway = toolgate('serve', '--port', '0', '--config', config);
  const [, base] = await gateway.shows(/ready on (http:\S+)\n[^]*logs --follow/);
  const [, token] = await gateway.shows(/grant client: (tg_\w+)/);
  return { base, token };
}

/** Resolves to true when the gateway is logged in; a refusal ends the scenario, as it ends a real operator's attempt. */
async function logIn(config) {
  const login = toolgate('login', 'referee', '--no-browser', '--config', config);
  const [, address] = await login.shows(/\n {2}(http\S+)\n/);
  const consent = await fetch(address, { redirect: 'manual' });
  await fetch(consent.headers.get('location'));
  const code = await login.ended;
  if (code !== 0) throw new Error(`login failed: ${login.output()}`);
  return true;
}

function toolgate(...args) {
  const child = spawn(process.execPath, [TOOLGATE, ...args, '--data', folder], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  child.stderr.on('data', (chunk) => (text += chunk));
  const ended = new Promise((done) => child.once('exit', done));
  const shows = async (pattern) => {
    for (;;) {
      const match = pattern.exec(text);
      if (match) return match;
      if (child.exitCode !== null) throw new Error(`toolgate ${args[0]} ended (${child.exitCode}): ${text}`);
      await sleep(20);
    }
  };
  return { shows, ended, output: () => text };
}

/** One of a few places, as a folder that only one process can make. */
async function takeSlot(slots) {
  if (slots === undefined) return () => {};
  for (;;) {
    for (let i = 0; i < SLOTS; i++) {
      const slot = join(slots, `slot-${i}`);
      try {
        mkdirSync(slot);
        return () => rmdirSync(slot);
      } catch {
        // taken
      }
    }
    await sleep(100);
  }
}
