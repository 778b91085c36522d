import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { serveStdio } from '#gateway';
import { silentLog } from '#platform';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModernTaskServer } from '../fixtures/tasks/modern-server.ts';
import {
  answered,
  GatewayRig,
  JSON_HEADERS,
  type Answered,
  type RigOptions,
} from '../support/gateway-rig.ts';

/** Tasks of 2026-07-28, where they are an extension: the server decides which calls go on as one. */
const ALLOW = { version: '1', default: 'deny', tools: { brew: {}, ask: {}, odd: {} } };
const TASK_METHODS = ['tasks/get', 'tasks/update', 'tasks/cancel'];
const EXTENSION = 'io.modelcontextprotocol/tasks';
let server: ModernTaskServer;
let rig: GatewayRig;

async function start(options: Partial<RigOptions> = {}, behaviour = {}): Promise<void> {
  server = new ModernTaskServer(behaviour);
  const serverUrl = await server.start();
  rig = await GatewayRig.start({ policy: ALLOW, serverUrl, methods: { tasks: true }, ...options });
  await ask('tools/call', { name: 'brew' }, { declares: false }); // the gateway knows the tools now
  server.arrivals.length = 0;
}
beforeEach(() => start());
afterEach(async () => {
  await rig.close();
  await server.close();
});

interface Ask {
  readonly token?: string;
  /** `Mcp-Name`; what the body says unless given. */
  readonly name?: string;
  readonly declares?: boolean;
}

function message(method: string, params: Record<string, unknown>, declares = true): object {
  const extensions = declares ? { [EXTENSION]: {} } : {};
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': { extensions },
  };
  return { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } };
}

function post(method: string, params: Record<string, unknown>, options: Ask = {}): Promise<Response> {
  const { token = rig.token, name = params['taskId'] ?? params['name'], declares } = options;
  return fetch(rig.url, {
    method: 'POST',
    headers: {
      ...JSON_HEADERS,
      authorization: `Bearer ${token}`,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
    },
    body: JSON.stringify(message(method, params, declares)),
  });
}
const ask = async (...call: Parameters<typeof post>): Promise<Answered> => answered(await post(...call));
const makeTask = async (name = 'brew'): Promise<string> =>
  String((await ask('tools/call', { name })).message.result?.['taskId']);

describe('a call that the server goes on with as a task', () => {
  it("is watched under the agent's own id, in body and header", async () => {
    const made = await ask('tools/call', { name: 'brew', arguments: { what: 'tea' } });
    const taskId = made.message.result?.['taskId'];
    expect(made.message.result).toMatchObject({ resultType: 'task', status: 'working' });
    expect(taskId).toMatch(/^tgt1\./);
    expect((await ask('tasks/get', { taskId })).message.result).toMatchObject({ taskId, status: 'working' });
    expect(server.arrivals.at(-1)?.name).toBe('task-1');
    expect(JSON.parse(server.arrivals.at(-1)?.body ?? '')).toMatchObject({ params: { taskId: 'task-1' } });
    server.finish('task-1');
    const done = await ask('tasks/get', { taskId });
    expect(done.message.result).toMatchObject({
      taskId,
      status: 'completed',
      result: { _meta: { 'io.modelcontextprotocol/related-task': { taskId } } },
    });
    expect(done.text).not.toContain('task-1');
  });

  it('asks and is told', async () => {
    const taskId = await makeTask('ask');
    const waiting = await ask('tasks/get', { taskId });
    expect(waiting.message.result).toMatchObject({
      status: 'input_required',
      inputRequests: { sure: { params: { message: 'Sure?' } } },
    });
    expect(waiting.text).not.toContain('task-1');
    const inputResponses = { sure: { action: 'accept' } };
    expect((await ask('tasks/update', { taskId, inputResponses })).message.result).toEqual({
      resultType: 'complete',
    });
    expect(JSON.parse(server.arrivals.at(-1)?.body ?? '')).toMatchObject({ params: { inputResponses } });
    expect((await ask('tasks/get', { taskId })).message.result).toMatchObject({ status: 'completed' });
  });

  it('is told nothing that would be changed on the way: a number that no double holds', async () => {
    const taskId = await makeTask('ask');
    server.arrivals.length = 0;
    const text = JSON.stringify(message('tasks/update', { taskId, inputResponses: { sure: 1 } }));
    const answer = await rig.post(text.replace('"sure":1', '"sure":9007199254740993'), {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tasks/update',
      'mcp-name': taskId,
    });
    expect(answer.status).toBe(400);
    expect(server.arrivals).toEqual([]);
  });

  it('is ended', async () => {
    const taskId = await makeTask();
    await ask('tasks/cancel', { taskId });
    expect((await ask('tasks/get', { taskId })).message.result).toMatchObject({ status: 'cancelled' });
  });

  it('is refused when the header names another task than the body', async () => {
    const [first, second] = [await makeTask(), await makeTask()];
    server.arrivals.length = 0;
    for (const name of [second, 'task-1', '']) {
      const answer = await ask('tasks/get', { taskId: first }, { name });
      expect({ status: answer.status, code: answer.message.error?.code }).toEqual({
        status: 400,
        code: -32_020,
      });
    }
    expect(server.arrivals).toEqual([]);
  });

  it.each(TASK_METHODS)(
    'cannot be used by an agent that does not say it handles tasks: %s',
    async (method) => {
      const taskId = await makeTask();
      server.arrivals.length = 0;
      const answer = await ask(method, { taskId }, { declares: false });
      expect({ status: answer.status, error: answer.message.error }).toMatchObject({
        status: 400,
        error: { code: -32_021, data: { requiredCapabilities: { extensions: { [EXTENSION]: {} } } } },
      });
      expect(server.arrivals).toEqual([]);
    },
  );

  it('and a result of no kind that exists is not passed on', async () => {
    expect((await ask('tools/call', { name: 'odd' })).message.error?.code).toBe(-32_603);
  });
});

describe('a task of somebody else', () => {
  it.each(TASK_METHODS)('%s: not found, and nothing goes up', async (method) => {
    const taskId = await makeTask();
    server.arrivals.length = 0;
    for (const id of [taskId, 'task-1', `${taskId}x`]) {
      const { status, message: answer } = await ask(method, { taskId: id }, { token: rig.neighbourToken });
      expect({ status, error: answer.error }).toEqual({
        status: 200,
        error: { code: -32_602, message: 'Task not found' },
      });
    }
    expect(server.arrivals).toEqual([]);
  });

  it('cannot be listened to', async () => {
    const taskId = await makeTask();
    server.arrivals.length = 0;
    for (const taskIds of [[taskId], ['task-1'], 'task-1', Array.from({ length: 101 }, () => taskId)]) {
      const answer = await ask(
        'subscriptions/listen',
        { notifications: { taskIds } },
        { token: rig.neighbourToken },
      );
      expect(answer.message.error?.message).toBe('Task not found');
    }
    expect(server.arrivals).toEqual([]);
  });
});

it.each(TASK_METHODS)('%s of a tool that the policy has hidden since: not found', async (method) => {
  const taskId = await makeTask();
  rig.setPolicy({ ...ALLOW, hide: ['brew'] });
  server.arrivals.length = 0;
  expect((await ask(method, { taskId })).message.error?.message).toBe('Task not found');
  expect(server.arrivals).toEqual([]);
  expect((await rig.records()).at(-1)).toMatchObject({ method, tool: 'brew', rule: '(hidden)' });
});

describe('a subscription to tasks', () => {
  async function listen(taskIds: readonly string[]): Promise<{ readonly text: () => string; stop(): void }> {
    const response = await post('subscriptions/listen', { notifications: { taskIds } });
    let text = '';
    const reader = response.body?.getReader();
    const read = async (): Promise<void> => {
      for (;;) {
        const chunk = await reader?.read();
        if (!chunk || chunk.done) return;
        text += new TextDecoder().decode(chunk.value as Uint8Array);
      }
    };
    void read().catch(() => {});
    await expect.poll(() => text).toContain('acknowledged');
    return { text: () => text, stop: () => void reader?.cancel() };
  }

  it("tells of the agent's own tasks, under its own ids, and of no other", async () => {
    const taskId = await makeTask();
    await ask('tools/call', { name: 'brew' }, { token: rig.neighbourToken });
    const stream = await listen([taskId]);
    expect(stream.text()).toContain(`"taskIds":["${taskId}"]`);
    expect(JSON.parse(server.arrivals.at(-1)?.body ?? '')).toMatchObject({
      params: { notifications: { taskIds: ['task-1'] } },
    });
    server.finish('task-2');
    server.finish('task-1');
    await expect.poll(stream.text).toContain('brewed');
    expect(stream.text()).toContain(`"taskId":"${taskId}","status":"completed"`);
    expect(stream.text()).not.toMatch(/"task-\d"/);
    stream.stop();
  });

  it('tells nothing of a tool that the policy has taken away since', async () => {
    const [brewing, asking] = [await makeTask('brew'), await makeTask('ask')];
    const stream = await listen([brewing, asking]);
    rig.setPolicy({ ...ALLOW, hide: ['brew'] });
    server.finish('task-1');
    server.finish('task-2');
    await expect.poll(stream.text).toContain(asking);
    await expect.poll(stream.text).toContain('completed');
    expect(stream.text().slice(stream.text().indexOf('notifications/tasks"'))).not.toContain(brewing);
    stream.stop();
  });
});

it('a task for a client that never said it could take one is not handed out', async () => {
  await rig.close();
  await server.close();
  await start({}, { alwaysTasks: true });
  const answer = await ask('tools/call', { name: 'brew' }, { declares: false });
  expect(answer.message.error?.code).toBe(-32_603);
  expect(answer.text).not.toContain('task-1');
});

it('on standard input and output tasks keep the same ids and rules', async () => {
  const input = new PassThrough();
  const output = new PassThrough();
  const served = serveStdio({
    gateway: rig.gateway,
    grant: { ...GRANT, id: 'agent' },
    server: rig.directory.server('shop') ?? expect.unreachable(),
    input,
    output,
    log: silentLog,
  });
  const say = async (line: object): Promise<Answered['message']> => {
    input.write(`${JSON.stringify(line)}\n`);
    const [chunk] = (await once(output, 'data')) as [Buffer];
    return JSON.parse(chunk.toString()) as Answered['message'];
  };
  const taskId = (await say(message('tools/call', { name: 'brew' }))).result?.['taskId'];
  expect(taskId).toMatch(/^tgt1\./);
  expect((await say(message('tasks/get', { taskId }))).result).toMatchObject({ taskId, status: 'working' });
  expect(server.arrivals.at(-1)?.name).toBe('task-1');
  expect((await say(message('tasks/get', { taskId: 'task-1' }))).error?.message).toBe('Task not found');
  input.end();
  await served;
});

const GRANT = {
  label: 'agent',
  server: 'shop',
  policy: 'rules',
  createdAt: 0,
  expiresAt: undefined,
  revokedAt: undefined,
};

describe('where tasks are switched off', () => {
  beforeEach(async () => {
    await rig.close();
    await server.close();
    await start({ methods: {} });
  });

  it('neither side hears of the extension', async () => {
    const discovered = await ask('server/discover', {});
    expect(discovered.message.result?.['capabilities']).toEqual({
      tools: { listChanged: true },
      extensions: {},
    });
    const answer = await ask('tools/call', { name: 'brew' });
    expect(answer.message.result?.content?.[0]?.text).toBe('at once');
    expect(server.arrivals.at(-1)?.body).not.toContain(EXTENSION);
  });

  it.each(TASK_METHODS)('%s does not exist', async (method) => {
    const answer = await ask(method, { taskId: 'task-1' });
    expect({ status: answer.status, code: answer.message.error?.code }).toEqual({
      status: 404,
      code: -32_601,
    });
    expect(server.arrivals).toEqual([]);
  });

  it('no subscription asks for tasks, and news of them are dropped', async () => {
    const abort = new AbortController();
    const response = await post('subscriptions/listen', {
      notifications: { toolsListChanged: true, taskIds: ['task-1'] },
    });
    await expect.poll(() => server.listeners).toBe(1);
    expect(JSON.parse(server.arrivals.at(-1)?.body ?? '')).toMatchObject({
      params: { notifications: { toolsListChanged: true } },
    });
    expect(server.arrivals.at(-1)?.body).not.toContain('taskIds');
    server.finish('task-1');
    rig.setPolicy({ version: '1', default: 'allow' });
    let text = '';
    const reader = response.body?.getReader();
    while (!text.includes('list_changed')) {
      text += new TextDecoder().decode((await reader?.read())?.value as Uint8Array);
    }
    expect(text).not.toContain('notifications/tasks');
    await reader?.cancel();
    abort.abort();
  });
});
