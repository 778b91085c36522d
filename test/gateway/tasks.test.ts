import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CallToolResultSchema,
  CreateTaskResultSchema,
  ElicitRequestSchema,
  ListToolsResultSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { serveStdio } from '#gateway';
import { hashGrantToken, silentLog } from '#platform';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixtureUpstream } from '../fixtures/stdio/probe.ts';
import { SdkTaskServer } from '../fixtures/tasks/sdk-server.ts';
import { GatewayRig } from '../support/gateway-rig.ts';

/** Tasks of 2025-11-25, with the first SDK on both sides of the gateway; the server tells no caller from another. */
const ALLOW = {
  version: '1',
  default: 'deny',
  tools: {
    brew: { limits: [{ counter: 'brews', window: 'day', max: 2 }] },
    must_brew: {},
    confirm: {},
    drip: {},
  },
};
let server: SdkTaskServer;
let rig: GatewayRig;
let serverUrl = '';
const clients: Client[] = [];
/** `_meta` of what the server asked its agents. */
const asked: unknown[] = [];

beforeEach(async () => {
  server = new SdkTaskServer();
  serverUrl = await server.start();
  rig = await GatewayRig.start({ policy: ALLOW, serverUrl, methods: { tasks: true } });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await rig.close();
  await server.close();
});

async function connect(token: string | undefined = rig.token, url = rig.url): Promise<Client> {
  const client = new Client({ name: 'tasks', version: '1' }, { capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    asked.push(params._meta);
    return { action: 'accept', content: {} };
  });
  const headers = { authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  clients.push(client);
  return client;
}

async function makeTask(client: Client, name = 'brew'): Promise<string> {
  const params = { name, arguments: name === 'confirm' ? {} : { what: 'tea' } };
  const made = await client.request({ method: 'tools/call', params }, CreateTaskResultSchema, {
    task: { ttl: 60_000 },
  });
  return made.task.taskId;
}

const textOf = (result: unknown): unknown =>
  (result as { content: readonly { text: string }[] }).content[0]?.text;

/** The methods about tasks, each with what it answers. */
function tasksOf({ experimental: { tasks } }: Client) {
  return {
    callToolStream: tasks.callToolStream.bind(tasks),
    listTasks: () => tasks.listTasks(),
    getTask: (id: string) => tasks.getTask(id),
    getTaskResult: (id: string) => tasks.getTaskResult(id, CallToolResultSchema),
    cancelTask: (id: string) => tasks.cancelTask(id),
  };
}

describe('a call that goes on as a task', () => {
  it('is made, watched and collected through the gateway', async () => {
    const client = await connect();
    await client.listTools();
    const seen: unknown[] = [];
    for await (const message of tasksOf(client).callToolStream({
      name: 'brew',
      arguments: { what: 'tea' },
    })) {
      if (message.type === 'taskCreated' || message.type === 'taskStatus') {
        seen.push(message.task.taskId);
        server.finish();
      }
      if (message.type === 'result') seen.push(textOf(message.result));
    }
    expect(seen.at(-1)).toBe('brewed tea');
    const ids = new Set(seen.slice(0, -1));
    expect(ids.size).toBe(1);
    expect([...ids][0]).toMatch(/^tgt1\./);
  });

  it("has the agent's own id for it in everything that comes back", async () => {
    const client = await connect();
    const taskId = await makeTask(client);
    const [{ taskId: own } = { taskId: '' }] = (await server.tasks.listTasks()).tasks;
    expect(own).toMatch(/^[0-9a-f]{32}$/);
    expect(await tasksOf(client).getTask(taskId)).toMatchObject({ taskId, status: 'working' });
    server.finish();
    const result = await tasksOf(client).getTaskResult(taskId);
    expect(result['_meta']).toEqual({ 'io.modelcontextprotocol/related-task': { taskId } });
    expect(server.bodies.some((body) => body.includes(`"taskId":"${own}"`))).toBe(true);
    expect(server.bodies.join('')).not.toContain('tgt1.');
  });

  it('can be ended', async () => {
    const client = await connect();
    const taskId = await makeTask(client);
    expect(await tasksOf(client).cancelTask(taskId)).toMatchObject({ taskId, status: 'cancelled' });
  });

  it('can ask its agent something, who answers under the id of the task', async () => {
    const client = await connect();
    await client.listTools();
    asked.length = 0;
    const seen: unknown[] = [];
    for await (const message of tasksOf(client).callToolStream({ name: 'confirm', arguments: {} })) {
      if (message.type === 'taskCreated') seen.push(message.task.taskId);
      if (message.type === 'result') seen.push(textOf(message.result));
    }
    const [taskId, text] = seen;
    expect(text).toBe('said accept');
    expect(asked).toEqual([{ 'io.modelcontextprotocol/related-task': { taskId } }]);
  });

  it('can be collected in another session of the grant', async () => {
    const taskId = await makeTask(await connect());
    server.finish();
    expect(textOf(await tasksOf(await connect()).getTaskResult(taskId))).toBe('brewed tea');
  });

  it('is counted and recorded once, when it is made', async () => {
    const client = await connect();
    const taskId = await makeTask(client);
    for (let i = 0; i < 5; i++) await tasksOf(client).getTask(taskId);
    await makeTask(client);
    await expect(makeTask(client)).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('[POLICY DENIED]') as unknown,
      data: {
        'io.toolgate/decision': expect.objectContaining({ rule: '/tools/brew/limits/brews' }) as unknown,
      },
    });
    const records = await rig.records();
    expect(records.map(({ method, outcome }) => [method, outcome])).toEqual([
      ['tools/call', 'allow'],
      ['tools/call', 'allow'],
      ['tools/call', 'deny'],
    ]);
  });

  it('that the policy refuses is answered with an error, and a hidden tool as an unknown one', async () => {
    rig.setPolicy({ ...ALLOW, tools: { brew: { action: 'deny', reason: 'No tea.' } }, hide: ['drip'] });
    const client = await connect();
    await expect(makeTask(client)).rejects.toThrow('[POLICY DENIED] No tea.');
    await expect(makeTask(client, 'drip')).rejects.toThrow('Unknown tool: drip');
    expect(server.unfinished).toBe(0);
  });
});

describe('a task of somebody else', () => {
  it('would be handed out by the server itself to whoever names it', async () => {
    const taskId = await makeTask(await connect(undefined, serverUrl));
    server.finish();
    const other = await connect(undefined, serverUrl);
    expect(textOf(await tasksOf(other).getTaskResult(taskId))).toBe('brewed tea');
  });

  it('is not found: not read, not collected, not ended, and nothing goes up', async () => {
    const taskId = await makeTask(await connect());
    const [task] = (await server.tasks.listTasks()).tasks;
    const neighbour = await connect(rig.neighbourToken);
    server.bodies.length = 0;
    for (const id of [taskId, task?.taskId ?? '', `${taskId.slice(0, -1)}_`, 'tgt1.W10.x', '']) {
      const { getTask, getTaskResult, cancelTask } = tasksOf(neighbour);
      for (const attempt of [getTask, getTaskResult, cancelTask]) {
        await expect(attempt(id)).rejects.toMatchObject({
          code: -32602,
          message: expect.stringContaining('Task not found') as unknown,
        });
      }
    }
    expect(server.bodies).toEqual([]);
    const refused = (await rig.records()).filter(({ rule }) => rule === '(unknown task)');
    expect(refused).toHaveLength(15);
    expect(refused[0]).toMatchObject({ method: 'tasks/get', outcome: 'refused', grantLabel: 'neighbour' });
  });

  it('is not listed: nobody lists tasks', async () => {
    const client = await connect();
    await makeTask(client);
    expect(client.getServerCapabilities()?.tasks).toEqual({ cancel: {}, requests: { tools: { call: {} } } });
    await expect(tasksOf(client).listTasks()).rejects.toMatchObject({ code: -32601 });
  });

  it('cannot be named in passing: requests go up without a related task', async () => {
    const taskId = await makeTask(await connect());
    const neighbour = await connect(rig.neighbourToken);
    server.bodies.length = 0;
    const _meta = { 'io.modelcontextprotocol/related-task': { taskId } };
    await neighbour.request({ method: 'tools/list', params: { _meta } }, ListToolsResultSchema);
    expect(server.bodies).toHaveLength(1);
    expect(server.bodies[0]).not.toContain('related-task');
    const cancel = { method: 'notifications/cancelled' as const, params: { requestId: 99, _meta } };
    await expect(neighbour.notification(cancel)).rejects.toThrow('Task not found');
    expect(server.bodies).toHaveLength(1);
  });
});

describe('the policy is asked again when a task is collected', () => {
  const refusals: [string, object, string][] = [
    [
      'a tool that is denied now',
      { ...ALLOW, tools: { brew: { action: 'deny', reason: 'No tea.' } } },
      'No tea.',
    ],
    ['a tool that is hidden now', { ...ALLOW, hide: ['brew'] }, 'Task not found'],
    [
      'a tool that nothing allows any more',
      { version: '1', default: 'deny' },
      'The policy does not allow the tool',
    ],
  ];
  it.each(refusals)('%s: nothing is handed out, and the refusal is recorded', async (_, policy, message) => {
    const client = await connect();
    const taskId = await makeTask(client);
    server.finish();
    rig.setPolicy(policy);
    server.bodies.length = 0;
    for (const attempt of ['getTask', 'getTaskResult', 'cancelTask'] as const) {
      await expect(tasksOf(client)[attempt](taskId)).rejects.toThrow(message);
    }
    expect(server.bodies).toEqual([]);
    const refused = (await rig.records()).filter(({ outcome }) => outcome === 'deny');
    expect(refused.map(({ method, tool }) => [method, tool])).toEqual([
      ['tasks/get', 'brew'],
      ['tasks/result', 'brew'],
      ['tasks/cancel', 'brew'],
    ]);
  });

  it('also of one that was waited for while the policy changed', async () => {
    const client = await connect();
    const taskId = await makeTask(client);
    const waiting = tasksOf(client).getTaskResult(taskId);
    await expect.poll(() => server.bodies.some((body) => body.includes('tasks/result'))).toBe(true);
    rig.setPolicy({ ...ALLOW, hide: ['brew'] });
    server.finish();
    await expect(waiting).rejects.toThrow('Task not found');
  });

  it('arguments, limits and approvals count when the call is made', async () => {
    const client = await connect();
    const taskId = await makeTask(client);
    server.finish();
    rig.setPolicy({
      ...ALLOW,
      tools: { brew: { require: [{ conditions: [{ path: 'args.what', op: 'eq', value: 'wine' }] }] } },
    });
    expect(textOf(await tasksOf(client).getTaskResult(taskId))).toBe('brewed tea');
  });

  it('a policy that only observes hands out everything', async () => {
    const client = await connect();
    const taskId = await makeTask(client);
    server.finish();
    rig.setPolicy({ version: '1', default: 'deny', mode: 'observe' });
    expect(textOf(await tasksOf(client).getTaskResult(taskId))).toBe('brewed tea');
  });
});

describe('news of a task on the stream of the session', () => {
  it("carries the agent's own id", async () => {
    const client = await connect();
    const heard: unknown[] = [];
    client.fallbackNotificationHandler = (notification) => {
      heard.push(notification.params?.['taskId']);
      return Promise.resolve();
    };
    await expect.poll(() => server.resumed.length).toBe(1); // the stream is open
    const taskId = await makeTask(client);
    server.finish();
    await expect.poll(() => heard).toContain(taskId);
    expect(new Set(heard)).toEqual(new Set([taskId]));
  });
});

describe('on standard input and output', () => {
  async function talk(
    lines: readonly object[],
    until: RegExp,
    during?: () => Promise<void>,
  ): Promise<string> {
    const input = new PassThrough();
    const output = new PassThrough();
    let said = '';
    output.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const served = serveStdio({
      gateway: rig.gateway,
      grant: rig.directory.liveGrant(hashGrantToken(rig.token), 0) ?? expect.unreachable(),
      server: rig.directory.server('shop') ?? expect.unreachable(),
      input,
      output,
      log: silentLog,
    });
    const say = (line: object): boolean => input.write(`${JSON.stringify({ jsonrpc: '2.0', ...line })}\n`);
    const clientInfo = { name: 'stdio', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    say({ id: 0, method: 'initialize', params });
    await expect.poll(() => said).toContain('"id":0');
    for (const line of lines) say(line);
    await during?.();
    await expect.poll(() => said).toMatch(until);
    input.end();
    await served;
    return said;
  }
  const call = (name: string, more = {}): object => ({
    id: 1,
    method: 'tools/call',
    params: { name, arguments: { what: 'tea' }, ...more },
  });

  it('a broken stream goes on to its answer, which the agent could not ask for', async () => {
    const said = await talk([call('drip')], /dripped tea/, async () => {
      await expect.poll(() => server.resumed.filter((id) => id !== undefined).length).toBeGreaterThan(0);
      server.finish();
    });
    expect(said.match(/dripped tea/g)).toHaveLength(1);
    expect(said).not.toContain('tge1.');
  });

  it('a broken stream whose rest cannot be had is an error', async () => {
    const gone = async (): Promise<void> => {
      await expect.poll(() => server.resumed.filter((id) => id !== undefined).length).toBeGreaterThan(0);
      server.forgetSessions();
    };
    expect(await talk([call('drip')], /the rest cannot be had/, gone)).toContain('"id":1,"error"');
  });

  it('a task is made under a sealed id', async () => {
    expect(await talk([call('brew', { task: {} })], /"taskId":"tgt1\./)).toContain('"id":1');
  });
});

it('tasks of a stdio server that all callers share stay with the grant that made them', async () => {
  await rig.close();
  const require = createRequire(import.meta.url);
  const everything = dirname(require.resolve('@modelcontextprotocol/server-everything/package.json'));
  rig = await GatewayRig.start({
    policy: { version: '1', default: 'allow' },
    link: fixtureUpstream('', [], { args: [join(everything, 'dist/index.js'), 'stdio'] }),
    methods: { tasks: true },
  });
  const client = await connect();
  const made = await client.request(
    { method: 'tools/call', params: { name: 'simulate-research-query', arguments: { topic: 'tea' } } },
    CreateTaskResultSchema,
    { task: {} },
  );
  const { taskId } = made.task;
  expect(taskId).toMatch(/^tgt1\./);
  const neighbour = await connect(rig.neighbourToken);
  await expect(tasksOf(neighbour).getTaskResult(taskId)).rejects.toThrow('Task not found');
  const report = await tasksOf(client).getTaskResult(taskId);
  expect(textOf(report)).toContain('Research Report: tea');
  expect(report['_meta']).toEqual({ 'io.modelcontextprotocol/related-task': { taskId } });
});

describe('where tasks are switched off', () => {
  beforeEach(async () => {
    await rig.close();
    rig = await GatewayRig.start({ policy: ALLOW, serverUrl });
  });

  it('they are not promised, and a tool that is callable as a task alone is not listed', async () => {
    const client = await connect();
    expect(client.getServerCapabilities()?.tasks).toBeUndefined();
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['brew', 'drip']);
  });

  it('none is made, and no method takes one', async () => {
    const client = await connect();
    await expect(makeTask(client)).rejects.toThrow('tasks are not offered here');
    await expect(tasksOf(client).getTask('x')).rejects.toMatchObject({ code: -32601 });
    await expect(tasksOf(client).getTaskResult('x')).rejects.toMatchObject({ code: -32601 });
    await expect(tasksOf(client).cancelTask('x')).rejects.toMatchObject({ code: -32601 });
    expect(server.bodies.some((body) => body.includes('"tasks/'))).toBe(false);
  });

  it('a mention in passing is taken out', async () => {
    const client = await connect();
    server.bodies.length = 0;
    const _meta = { 'io.modelcontextprotocol/related-task': { taskId: 'of-somebody' }, kept: 1 };
    const call = client.callTool({ name: 'brew', arguments: { what: 'tea' }, _meta });
    await expect.poll(() => server.unfinished).toBe(1);
    server.finish();
    expect(textOf(await call)).toBe('brewed tea');
    const sent = server.bodies.find((body) => body.includes('"tools/call"')) ?? '';
    expect((JSON.parse(sent) as { params: { _meta: object } }).params._meta).toEqual({ kept: 1 });
  });
});
