// What is measured, and how each is started.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ManagedGroup, ManagedProcess } from './managed-process.mjs';
import { MANY_GRANTS, MANY_TOOLS, PATHS, TOOL, tokenOf, toolNameOf } from './workload.mjs';

const NEVER_REACHED = 1_000_000_000;
const STDIO_UPSTREAM = fileURLToPath(new URL('stdio-upstream.mjs', import.meta.url));

/**
 * The cases in their order. Where there are many agents and tools, `calls` says who calls what: `in-turn` every call is another agent's,
 * of another tool, on whatever connection, as behind a proxy that shares them; `per-connection` each connection is one agent, of
 * all tools; `same` one agent calls one tool, as in the cases that have no others. `framing` says how an answer is checked: `json`
 * byte for byte, `events` the bytes of the event's data, `message` the parsed message. `installations` are gateways with a data folder
 * each, among which the connections are dealt.
 */
export const CASES = [
  { id: 'a', title: 'direct to the upstream', kind: 'direct', upstream: PATHS.plain, framing: 'json' },
  { id: 'b1', title: 'http.Agent proxy', kind: 'agent-proxy', upstream: PATHS.plain, framing: 'json' },
  {
    id: 'b2',
    title: 'undici dispatch proxy',
    kind: 'dispatch-proxy',
    upstream: PATHS.plain,
    framing: 'json',
  },
  { id: 'c', title: 'gateway, 1 rule, 1 limit', kind: 'gateway', upstream: PATHS.plain, framing: 'json' },
  {
    id: 'd',
    title: 'serve, 1,000 rules, 10,000 grants',
    kind: 'serve',
    isMany: true,
    upstream: PATHS.many,
    framing: 'json',
    calls: 'in-turn',
  },
  {
    id: 'd1',
    title: 'the same, an agent a connection',
    kind: 'serve',
    isMany: true,
    upstream: PATHS.many,
    framing: 'json',
    calls: 'per-connection',
  },
  {
    id: 'd0',
    title: 'the same, one agent and tool of them',
    kind: 'serve',
    isMany: true,
    upstream: PATHS.many,
    framing: 'json',
    calls: 'same',
  },
  { id: 'e', title: 'gateway, event stream', kind: 'gateway', upstream: PATHS.events, framing: 'events' },
  {
    id: 'e0',
    title: 'dispatch proxy, event stream',
    kind: 'dispatch-proxy',
    upstream: PATHS.events,
    framing: 'events',
  },
  { id: 'f', title: 'gateway, 1 MiB answer', kind: 'gateway', upstream: PATHS.big, framing: 'json' },
  {
    id: 'f0',
    title: 'dispatch proxy, 1 MiB answer',
    kind: 'dispatch-proxy',
    upstream: PATHS.big,
    framing: 'json',
  },
  { id: 'g', title: 'gateway, stdio upstream', kind: 'stdio', upstream: PATHS.plain, framing: 'message' },
  { id: 's', title: 'serve, 1 rule, 1 limit', kind: 'serve', upstream: PATHS.plain, framing: 'json' },
  {
    id: 'h',
    title: 'the same, 2 workers',
    kind: 'serve',
    workers: '2',
    upstream: PATHS.plain,
    framing: 'json',
  },
  {
    id: 'h0',
    title: 'the same, twice, nothing shared',
    kind: 'serve',
    installations: 2,
    upstream: PATHS.plain,
    framing: 'json',
  },
];

/** The gateway of another checkout in the place of (c), to measure a change. */
export const CASE_OF_OTHER = {
  ...CASES.find(({ id }) => id === 'c'),
  id: 'x',
  title: 'gateway of the other checkout',
};

/**
 * Starts what a case measures and resolves to `{ process, dataDirs, order }`: the process under test (absent for the direct
 * case) and what the load generator must know. `paths` has the folder of the run and the checkout of the gateway.
 */
export async function startCase({ installations = 1, ...one }, upstreamPort, paths) {
  if (installations === 1) return startOne(one, upstreamPort, paths);
  const ids = Array.from({ length: installations }, (_, index) => `${one.id}-${index}`);
  const all = await Promise.all(ids.map((id) => startOne({ ...one, id }, upstreamPort, paths)));
  return {
    process: new ManagedGroup(all.map(({ process: started }) => started)),
    dataDirs: all.flatMap(({ dataDirs }) => dataDirs),
    order: { ...all[0].order, ports: all.flatMap(({ order }) => order.ports) },
  };
}

async function startOne(one, upstreamPort, paths) {
  const { kind, upstream, framing, isMany = false, workers = '1', calls = 'same' } = one;
  const dataDir = join(paths.folder, one.id);
  mkdirSync(dataDir);
  const dataDirs = [dataDir];
  const tool = isMany ? toolNameOf(0) : TOOL;
  const order = { path: upstream, answerPath: upstream, framing, calls, tool };
  const toolgate = join(paths.checkout, 'bin/toolgate');
  const environment = { TOOLGATE_DATA: dataDir };
  const target = `http://127.0.0.1:${upstreamPort}${upstream}`;
  let started;
  switch (kind) {
    case 'direct':
      return { process: undefined, dataDirs, order: { ...order, ports: [upstreamPort] } };
    case 'agent-proxy':
    case 'dispatch-proxy':
      started = new ManagedProcess(one.title, `./${kind}.mjs`, [String(upstreamPort)]);
      break;
    case 'gateway':
    case 'stdio': {
      const behind = kind === 'stdio' ? ['--', process.execPath, STDIO_UPSTREAM] : ['--upstream', target];
      const policy = join(paths.folder, `${one.id}.json`);
      writeFileSync(policy, JSON.stringify(policyFor([TOOL])));
      const args = ['proxy', '--policy', policy, '--port', '0', '--grant', tokenOf(0), ...behind];
      started = new ManagedProcess(one.title, toolgate, args, environment);
      order.path = '/mcp/';
      break;
    }
    case 'serve': {
      const config = join(paths.folder, `${one.id}.json`);
      const tools = isMany ? Array.from({ length: MANY_TOOLS }, (_, i) => toolNameOf(i)) : [TOOL];
      writeFileSync(config, JSON.stringify(configurationOf(target, tools, isMany ? MANY_GRANTS : 1)));
      const args = ['serve', '--config', config, '--port', '0', '--workers', workers];
      started = new ManagedProcess(one.title, toolgate, args, environment);
      order.path = '/mcp/many/';
      break;
    }
  }
  await started.start();
  return { process: started, dataDirs, order: { ...order, ports: [started.port] } };
}

function policyFor(tools) {
  const ruleOf = (tool) => ({
    limits: [{ counter: `${tool}_rate`, window: 'minute', max: NEVER_REACHED, scope: 'grant' }],
  });
  return {
    version: '1',
    default: 'deny',
    tools: Object.fromEntries(tools.map((tool) => [tool, ruleOf(tool)])),
  };
}

function configurationOf(url, tools, grantCount) {
  const grants = Array.from({ length: grantCount }, (_, i) => ({
    label: `agent-${i}`,
    server: 'many',
    policy: 'all',
    token: { sha256: createHash('sha256').update(tokenOf(i)).digest('hex') },
  }));
  return { servers: { many: { url, policies: { all: policyFor(tools) } } }, grants };
}

/** How many decisions the data folders of a case hold. */
export function countRecords(dataDirs) {
  const texts = dataDirs.flatMap((dataDir) => {
    const folder = join(dataDir, 'ledger');
    return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  });
  // what stands behind the end of a segment was written once more in the next
  const counting = texts.map((text) => text.split('\nS\t', 1)[0]);
  return counting.reduce((count, text) => count + (text.match(/^[AD]\t/gm) ?? []).length, 0);
}
