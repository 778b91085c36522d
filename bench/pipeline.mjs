// What the gateway itself costs, without sockets: calls go through the whole pipeline with a durable ledger, in front of
// a server that answers at once. For finding where the time goes; the figures of record are those of `run.mjs`.
//
//   node bench/pipeline.mjs [CALLS] [AT_ONCE] [--many]     `--many`: 1,000 rules and 10,000 grants
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Directory, Gateway } from '#gateway';
import { hashGrantToken, silentLog, systemClock } from '#platform';
import { compilePolicy, knowTool, readPolicy } from '#policy';
import { createQuota } from '#quota';
import { createRecords } from '#records';
import { openStore } from '#store';
import { answerOf, callOf, MANY_GRANTS, PATHS, STRIDE, tokenOf, toolsOf } from './workload.mjs';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { many: { type: 'boolean' } } });
const calls = Number(positionals[0] ?? 100_000);
const atOnce = Number(positionals[1] ?? 8);
const path = values.many ? PATHS.many : PATHS.plain;
const names = toolsOf(path).map(({ name }) => name);
const dataDir = mkdtempSync(join(tmpdir(), 'toolgate-pipeline-'));
const store = openStore({ dataDir });
const directory = new Directory();
const ruleOf = (name) => ({
  limits: [{ counter: `${name}_rate`, window: 'minute', max: 1e9, scope: 'grant' }],
});
const policy = {
  version: '1',
  default: 'deny',
  tools: Object.fromEntries(names.map((name) => [name, ruleOf(name)])),
};
const { document } = readPolicy(JSON.stringify(policy));
directory.setPolicy('s', 'p', compilePolicy(document, { name: 'p', version: '1' }));
const tools = new Map(toolsOf(path).map((tool) => [tool.name, knowTool(tool)]));
let next = 0;
const upstream = {
  serverId: 's',
  tools: async () => tools,
  knownTools: () => tools,
  learn() {},
  refreshSoon() {},
  onToolsChanged() {},
  exchange(request, sink) {
    const { id, params } = request.message;
    const body = Buffer.from(answerOf(id, params.arguments.text, path));
    queueMicrotask(() => sink.onAnswer({ status: 200, contentType: 'application/json' }, body));
    return { abort() {}, pause() {}, resume() {} };
  },
  async close() {},
};
const server = { id: 's', organisation: 'default', upstream, methods: {} };
directory.addServer(server);
const credentials = Array.from({ length: values.many ? MANY_GRANTS : 1 }, (_, i) => `Bearer ${tokenOf(i)}`);
const grantOf = (credential, index) => ({
  id: `grt_${hashGrantToken(credential).slice(0, 22)}`,
  label: `agent-${index}`,
  server: 's',
  policy: 'p',
  createdAt: 0,
  expiresAt: undefined,
  revokedAt: undefined,
});
const hashOf = (credential) => hashGrantToken(credential.slice('Bearer '.length));
directory.setGrants(new Map(credentials.map((each, i) => [hashOf(each), grantOf(each, i)])));
const gateway = new Gateway({
  directory,
  quota: createQuota({ counters: store.counters, clock: systemClock }),
  records: createRecords({ store: store.records, clock: systemClock, log: silentLog }),
  clock: systemClock,
  log: silentLog,
  sessionKey: new Uint8Array(32),
});
const headers = new Map([['mcp-protocol-version', '2025-11-25']]);

class Reply {
  constructor(done) {
    this.done = done;
  }
  answer(status, _, body) {
    if (status !== 200 || body.includes('"error"') || body.includes('isError'))
      throw new Error(`${status} ${body}`);
    this.done();
  }
  stream() {}
  event() {}
  end() {}
  watch() {}
}

async function agent(count) {
  for (let i = 0; i < count; i++) {
    const id = next++;
    const body = Buffer.from(callOf(id, names[id % names.length]));
    // a new text each time, as from a socket
    const credential = Buffer.from(credentials[(id * STRIDE) % credentials.length], 'latin1').toString(
      'latin1',
    );
    const grant = directory.grantBehind(credential, systemClock.now(), hashOf);
    await new Promise((done) => {
      void gateway.handle(
        {
          id: `req_${id}`,
          observation: gateway.telemetry.begin(`req_${id}`, 'http', 's', grant),
          transport: 'http',
          verb: 'POST',
          grant,
          server,
          header: (name) => headers.get(name),
          protocolHeaders: headers,
          body,
        },
        new Reply(done),
      );
    });
  }
}

async function run(count) {
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: atOnce }, () => agent(count / atOnce)));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

await run(calls / 5);
console.log(
  `${(await run(calls)).toFixed(1)} µs of CPU a call, ${atOnce} at once; the answer of the server included`,
);
await store.close();
rmSync(dataDir, { recursive: true, force: true });
