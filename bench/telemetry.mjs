// What looking on costs per call, in this process alone: npm run build && node bench/telemetry.mjs
// The same pipeline hooks as an allowed tools/call makes, with nobody listening, with metrics, and with metrics and the
// request log at `warn` (the default, where an allowed call writes nothing). Figures are of this machine at this moment.
import { createRequestLog, Telemetry } from '#gateway';
import { createLog, Metrics } from '#platform';

const CALLS = 1_000_000;
const grant = { id: 'grant', label: 'agent', server: 'shop' };
const policy = { name: 'rules', version: '1', mode: 'enforce' };
const call = {
  request: { header: () => undefined },
  revision: '2025-11-25',
  message: { kind: 'request', id: 1, method: 'tools/call', params: { name: 'echo', arguments: {} } },
};
const headers = new Map([['mcp-protocol-version', '2025-11-25']]);

function oneCall(telemetry) {
  const observation = telemetry.begin('req_1', 'http', 'shop', grant, performance.now());
  observation.read(call);
  observation.mark('find_tool');
  observation.mark('decide');
  observation.decided('allow', '/tools/echo', policy);
  observation.outgoing(headers);
  observation.answered(200);
  observation.settled('ok');
  observation.finished(200);
}

function nanosecondsPerCall(telemetry) {
  const before = process.hrtime.bigint();
  for (let i = 0; i < CALLS; i++) oneCall(telemetry);
  return Number(process.hrtime.bigint() - before) / CALLS;
}

const log = createRequestLog(createLog('warn'), 0);
const kinds = {
  'nobody listens': () => new Telemetry({}),
  metrics: () => new Telemetry({ meter: new Metrics() }),
  'metrics and log': () => new Telemetry({ meter: new Metrics(), log }),
  'metrics and log, every step timed': () => new Telemetry({ meter: new Metrics(), log, timeOneIn: 1 }),
};
for (const create of Object.values(kinds)) nanosecondsPerCall(create()); // warm up
for (const [kind, create] of Object.entries(kinds)) {
  const rounds = [1, 2, 3, 4, 5].map(() => nanosecondsPerCall(create())).sort((a, b) => a - b);
  console.log(`${kind.padEnd(36)} ${Math.round(rounds[2])} ns/call (${rounds.map(Math.round).join(', ')})`);
}
