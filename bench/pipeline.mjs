// What the gateway itself costs, without sockets: calls go through the whole pipeline with a durable ledger, in front of
// a server that answers at once. For finding where the time goes; the figures of record are those of `run.mjs`.
//
//   node bench/pipeline.mjs [CALLS] [AT_ONCE]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Directory, Gateway } from '#gateway';
import { hashGrantToken, silentLog, systemClock } from '#platform';
import { compilePolicy, knowTool, readPolicy } from '#policy';
import { createQuota } from '#quota';
import { createRecords } from '#records';
import { openStore } from '#store';
import { answerOf, callOf, PATHS, TOOL, tokenOf, toolsOf } from './workload.mjs';

const calls = Number(process.argv[2] ?? 100_000);
const atOnce = Number(process.argv[3] ?? 8);
const dataDir = mkdtempSync(join(tmpdir(), 'toolgate-pipeline-'));
const store = openStore({ dataDir });
const directory = new Directory();
const policy = {
  version: '1',
  default: 'deny',
  tools: { [TOOL]: { limits: [{ counter: 'rate', window: 'minute', max: 1e9, scope: 'grant' }] } },
};
const { document } = readPolicy(JSON.stringify(policy));
directory.setPolicy('s', 'p', compilePolicy(document, { name: 'p', version: '1' }));
const tools = new Map(toolsOf(PATHS.plain).map((tool) => [tool.name, knowTool(tool)]));
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
    const body = Buffer.from(answerOf(id, params.arguments.text, PATHS.plain));
    queueMicrotask(() => sink.onAnswer({ status: 200, contentType: 'application/json' }, body));
    return { abort() {}, pause() {}, resume() {} };
  },
  async close() {},
};
const server = { id: 's', organisation: 'default', upstream, methods: {} };
directory.addServer(server);
const grant = {
  id: 'g',
  label: 'bench',
  server: 's',
  policy: 'p',
  createdAt: 0,
  expiresAt: undefined,
  revokedAt: undefined,
};
directory.setGrants(new Map([[hashGrantToken(tokenOf(0)), grant]]));
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
    const body = Buffer.from(callOf(next++, TOOL));
    await new Promise((done) => {
      void gateway.handle(
        {
          id: `req_${next}`,
          observation: gateway.telemetry.begin(`req_${next}`, 'http', 's', grant),
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
