import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '#platform';
import { createAudit, type AuditHead } from '#records';
import { checkData, openStore, type Approval, type AuditEvent, type StoredRecord } from '#store';
import { ApiClient, callOnce } from '../support/api.ts';
import { run, serve, throwAwayFolder, TOOLGATE } from '../support/command.ts';
import { startPostgres } from '../support/postgres.ts';
import { RecordingUpstream } from '../support/recording-upstream.ts';

/**
 * The gateway is killed again and again while agents call and people decide. Each call has an argument of a name of its own, and the
 * log keeps names of arguments: so every arrival at the server can be held against its record, and every record against its approval.
 *
 * A failure names its seed; TOOLGATE_KILL_SEED repeats its moments and choices.
 */
const SEED = Number(process.env['TOOLGATE_KILL_SEED'] ?? Date.now() % 1_000_000_000);
const FIRST_MS = 50;
const LAST_MS = 400;
const WARM_CALLS = 25;
const WAIT = { timeout: 20_000, interval: 5 };
const BUDGETS = 80;
const MAX = 60;
/** Long enough that it does not turn under the test. */
const WINDOW_SECONDS = 366 * 86_400;
const HELD_AT_ONCE = 3;
/** Of one held call, at once. */
const RETRIES = 4;

const budgetOf = (index: number): string => `budget_${index}`;
const tool = (name: string): Record<string, unknown> => ({ name, inputSchema: { type: 'object' } });
const budgets = Array.from({ length: BUDGETS }, (_, index) => budgetOf(index));

/** Every budget is one for the whole server, whoever calls; what is held, a person decides. */
const POLICY = {
  version: '1',
  default: 'deny',
  arguments: 'any',
  tools: {
    slow: {},
    hold: { action: 'require_approval', reason: 'Somebody must agree.' },
    ...Object.fromEntries(
      budgets.map((name) => [
        name,
        { limits: [{ counter: name, window: WINDOW_SECONDS, max: MAX, scope: 'server' }] },
      ]),
    ),
  },
};

const postgres = await startPostgres();
afterAll(() => postgres?.stop());

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function raise<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

type Outcome = 'passed' | 'denied' | 'held' | 'no answer';

/** What agents, approvers and the server have seen, over all lives of the gateway. */
class Witness {
  /** What really arrived. */
  readonly upstream = new RecordingUpstream({ tools: [tool('slow'), tool('hold'), ...budgets.map(tool)] });
  isOver = false;
  #url = '';
  /** Calls that this life of the gateway has answered. */
  answered = 0;
  budget = 0;
  calls = 0;
  /** Budgets that a call was refused for. */
  readonly exhausted = new Set<string>();
  /** Calls that had no answer when the gateway died, by tool. */
  readonly unanswered = new Map<string, number>();
  readonly passed = new Map<string, number>();
  /** Yeses that were taken, by approval. */
  readonly agreed = new Map<string, number>();

  begin(url: string): void {
    this.#url = url;
    this.isOver = false;
    this.answered = 0;
  }

  nextKey(): string {
    return `call_${++this.calls}`;
  }

  async call(token: string, name: string, key: string): Promise<Outcome> {
    const args = { [key]: true, ...(name === 'slow' && { ms: 20 }) };
    const answer = await callOnce(this.#url, token, name, args).catch(() => undefined);
    if (answer === undefined) {
      raise(this.unanswered, name);
      return 'no answer';
    }
    this.answered += 1;
    const { result } = answer.body;
    const text = result?.content?.[0]?.text ?? JSON.stringify(answer);
    if (text.startsWith('[APPROVAL REQUIRED]')) return 'held';
    if (text.startsWith('[POLICY DENIED]')) return 'denied';
    expect(text, `seed ${SEED}`).toMatch(new RegExp(`^${name}: `));
    raise(this.passed, key);
    return 'passed';
  }
}

/** An agent that spends budgets, and makes held calls again and again, several at once, until it has had enough of them. */
class Agent {
  readonly #witness: Witness;
  readonly #token: string;
  readonly #random: () => number;
  readonly #held: string[] = [];

  constructor(witness: Witness, token: string, random: () => number) {
    this.#witness = witness;
    this.#token = token;
    this.#random = random;
  }

  async work(): Promise<void> {
    while (!this.#witness.isOver) {
      const choice = this.#random();
      if (choice < 0.1) await this.#witness.call(this.#token, 'slow', this.#witness.nextKey());
      else if (choice < 0.35) await this.#hold();
      else await this.#spend();
    }
  }

  async #spend(): Promise<void> {
    const { budget } = this.#witness;
    const name = budgetOf(budget);
    const outcome = await this.#witness.call(this.#token, name, this.#witness.nextKey());
    if (outcome !== 'denied') return;
    this.#witness.exhausted.add(name);
    if (this.#witness.budget === budget && budget < BUDGETS - 1) this.#witness.budget = budget + 1;
  }

  async #hold(): Promise<void> {
    if (this.#held.length < HELD_AT_ONCE) this.#held.push(this.#witness.nextKey());
    const index = Math.floor(this.#random() * this.#held.length);
    const key = this.#held[index] ?? '';
    const retries = Array.from({ length: RETRIES }, () => this.#witness.call(this.#token, 'hold', key));
    const outcomes = await Promise.all(retries);
    if (outcomes.includes('passed') && this.#random() < 0.5) this.#held.splice(index, 1);
  }
}

/** Two people who say yes to everything that waits, both at once. */
async function approve(witness: Witness, people: ApiClient): Promise<void> {
  while (!witness.isOver) {
    const path = '/approvals?status=pending&limit=200';
    const waiting = await people.get<{ items: { id: string }[] }>(path).catch(() => undefined);
    const ids = waiting?.items.map(({ id }) => id) ?? [];
    await Promise.all(
      [...ids, ...ids].map(async (id) => {
        const answer = await people.ask('POST', `/approvals/${id}/approve`, {}).catch(() => undefined);
        if (answer?.status === 200) raise(witness.agreed, id);
      }),
    );
    await sleep(10);
  }
}

interface Place {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
}

/** What a dead gateway left behind. */
interface Remains {
  readonly records: readonly StoredRecord[];
  readonly approvals: readonly Approval[];
  readonly events: readonly AuditEvent[];
  readonly head: AuditHead;
}

/** Reads it, and finds the store clean and the audit log whole, with all that was in it before. */
async function readRemains(place: Place, before: Remains | undefined, when: string): Promise<Remains> {
  expect(checkData(place.dataDir).faults, when).toEqual([]);
  const store = openStore({ ...place, access: 'read' });
  try {
    await store.ready();
    const audit = createAudit({ store: store.control.audit, clock: systemClock });
    const check = await audit.verify('default', before?.head);
    if (!check.ok) throw new Error(`${when}: ${check.fault.message}`);
    const events: AuditEvent[] = [];
    for await (const page of audit.events('default')) events.push(...page);
    return {
      records: await store.records.query({ order: 'oldest', limit: 1_000_000 }),
      approvals: await store.control.approvals.list('default', { limit: 1_000_000 }, Date.now()),
      events,
      head: check.head,
    };
  } finally {
    await store.close();
  }
}

/** Holds what arrived against what is recorded, and that against limits and approvals. */
function expectNothingLost(remains: Remains, witness: Witness, when: string): void {
  const allowed = remains.records.filter(({ outcome }) => outcome === 'allow');
  const recorded = countBy(allowed, ({ tool: name, argumentKeys }) => keyOf(name, argumentKeys));
  const arrived = countBy(witness.upstream.calls, ({ name, arguments: args }) =>
    keyOf(name, Object.keys(args ?? {})),
  );
  const unrecorded = [...arrived].filter(([key, times]) => times > (recorded.get(key) ?? 0));
  expect(unrecorded, `${when}: arrivals without a record`).toEqual([]);
  // and none of the agents was told of a call that did not happen
  for (const [key, times] of witness.passed) {
    const happened = [...arrived].filter(([arrival]) => arrival.endsWith(` ${key}`));
    expect(happened[0]?.[1] ?? 0, `${when}: ${key}`).toBeGreaterThanOrEqual(times);
  }
  expectLimits(allowed, witness, when);
  expectApprovals(allowed, remains, witness, when);
}

/** Every call has one argument of a name of its own. */
function keyOf(name: string | undefined, argumentNames: readonly string[]): string {
  return `${name} ${argumentNames.find((argument) => argument.startsWith('call_'))}`;
}

function countBy<T>(items: readonly T[], keyFor: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) raise(counts, keyFor(item));
  return counts;
}

function expectLimits(allowed: readonly StoredRecord[], witness: Witness, when: string): void {
  const granted = countBy(allowed, ({ tool: name }) => String(name));
  const arrived = countBy(witness.upstream.calls, ({ name }) => name);
  for (const name of budgets) {
    expect(arrived.get(name) ?? 0, `${when}: ${name}`).toBeLessThanOrEqual(MAX);
    expect(granted.get(name) ?? 0, `${when}: ${name}`).toBeLessThanOrEqual(MAX);
  }
  for (const name of witness.exhausted) {
    expect(granted.get(name), `${when}: ${name} is spent`).toBe(MAX);
    // what was counted and did not arrive was under way at a kill
    const missing = MAX - (arrived.get(name) ?? 0);
    expect(missing, `${when}: ${name} is counted too high`).toBeLessThanOrEqual(
      witness.unanswered.get(name) ?? 0,
    );
  }
}

function expectApprovals(
  allowed: readonly StoredRecord[],
  { approvals, events }: Remains,
  witness: Witness,
  when: string,
): void {
  const statusOf = new Map(approvals.map(({ id, status }) => [id, status]));
  const yeses = countBy(
    events.filter(({ action }) => action === 'approval.approve'),
    ({ target }) => target.replace('approval:', ''),
  );
  const uses = countBy(
    allowed.filter(({ tool: name }) => name === 'hold'),
    ({ message }) => /\((apr_\w+)\)/.exec(message)?.[1] ?? `none: ${message}`,
  );
  for (const [id, times] of uses)
    expect([id, times, statusOf.get(id), yeses.get(id)], when).toEqual([id, 1, 'used', 1]);
  for (const { id, status } of approvals)
    expect([id, yeses.get(id) ?? 0], when).toEqual([id, status === 'pending' ? 0 : 1]);
  for (const [id, times] of witness.agreed) expect([id, times, yeses.get(id)], when).toEqual([id, 1, 1]);
}

interface Prepared {
  readonly start: () => ReturnType<typeof serve>;
  readonly people: ApiClient;
  readonly serverId: string;
  readonly tokens: readonly string[];
}

async function prepare({ dataDir }: Place, env: Record<string, string>, url: string): Promise<Prepared> {
  const config = join(throwAwayFolder(), 'toolgate.json');
  writeFileSync(config, JSON.stringify({ servers: {}, catalogue: false }));
  const start = async (): ReturnType<typeof serve> => {
    const gateway = await serve(dataDir, ['--config', config], { env });
    onTestFinished(async () => void (await gateway.command.stop('SIGKILL')));
    return gateway;
  };
  const { command, base } = await start();
  const ada = await ApiClient.signUp(base);
  const people = await ada.key(['approvals:read', 'approvals:decide']);
  const serverId = await ada.register('Shop', { kind: 'streamable-http', url });
  await ada.publish(serverId, 'main', POLICY);
  const grants = [await ada.mint(serverId, 'one', 'main'), await ada.mint(serverId, 'two', 'main')];
  await command.stop();
  return { start, people, serverId, tokens: grants.map(({ token }) => token) };
}

async function killAgainAndAgain(kills: number, databaseUrl?: string): Promise<void> {
  process.stdout.write(`killed.test.ts: TOOLGATE_KILL_SEED=${SEED}\n`);
  const random = randomFrom(SEED);
  const place = { dataDir: join(throwAwayFolder(), 'data'), databaseUrl };
  const env = { ...(databaseUrl !== undefined && { TOOLGATE_DATABASE_URL: databaseUrl }) };
  const witness = new Witness();
  const url = await witness.upstream.start();
  onTestFinished(() => witness.upstream.stop());
  const { start, people, serverId, tokens } = await prepare(place, env, url);
  const agents = [...tokens, ...tokens, ...tokens, ...tokens].map(
    (token, index) => new Agent(witness, token, randomFrom(SEED + 1 + index)),
  );
  let remains: Remains | undefined;
  for (let kill = 1; kill <= kills; kill++) {
    const { command, base } = await start();
    await people.at(base).get('/approvals'); // the API is loaded when somebody asks for it first
    witness.begin(`${base}/mcp/${serverId}/`);
    const load = [...agents.map((agent) => agent.work()), approve(witness, people.at(base))];
    // a gateway that has just started is slow: most of them are killed when they are not
    const isWarm = kill % 5 !== 0;
    if (isWarm) await vi.waitFor(() => expect(witness.answered).toBeGreaterThan(WARM_CALLS), WAIT);
    await sleep(FIRST_MS + random() * (LAST_MS - FIRST_MS));
    witness.isOver = true; // nobody begins another call; those under way end as they may
    await command.stop('SIGKILL');
    await Promise.all(load);
    const when = `seed ${SEED}, kill ${kill}`;
    remains = await readRemains(place, remains, when);
    expectNothingLost(remains, witness, when);
  }
  // nothing above holds for want of something that happened
  const used = remains?.approvals.filter(({ status }) => status === 'used') ?? [];
  expect(used.length).toBeGreaterThan(kills);
  expect(witness.upstream.calls.length).toBeGreaterThan(10 * kills);
  expect(witness.exhausted.size).toBeGreaterThan(kills / 20);
  const unanswered = [...witness.unanswered.values()].reduce((sum, count) => sum + count, 0);
  expect(unanswered).toBeGreaterThan(kills);
  for (const args of [['check'], ['audit', 'verify']]) {
    const { code, stdout, stderr } = await run(TOOLGATE, [...args, '--data', place.dataDir], { env });
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
  }
}

describe('killed under load, it loses no count, uses no approval twice, and lets no call go without a record', () => {
  // two minutes where nothing else runs
  it('fifty times', { timeout: 900_000 }, () => killAgainAndAgain(50));

  it.skipIf(postgres === undefined)('eight times, over PostgreSQL', { timeout: 300_000 }, async () =>
    killAgainAndAgain(8, await postgres?.createDatabase()),
  );
});
