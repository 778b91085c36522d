import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Task {
  readonly taskId: string;
  readonly status: string;
  readonly result?: object;
  readonly error?: object;
  readonly inputRequests?: Readonly<Record<string, object>>;
}

interface Params {
  readonly name?: string;
  readonly arguments?: { readonly name?: string; readonly seconds?: number };
  readonly taskId?: string;
  readonly inputResponses?: Readonly<Record<string, unknown>>;
  readonly _meta?: Readonly<Record<string, { readonly extensions?: Readonly<Record<string, object>> }>>;
}

type Outcome = { readonly result: object } | { readonly error: { readonly code: number } };

const EXTENSION = 'io.modelcontextprotocol/tasks';
const TOOLS = [
  'greet',
  'slow_compute',
  'failing_job',
  'protocol_error_job',
  'confirm_delete',
  'multi_input',
  'test_tool_with_task',
];
const TASK_METHODS = new Set(['tasks/get', 'tasks/update', 'tasks/cancel']);
/** Cannot be called without the extension. */
const TASK_ONLY = new Set(['failing_job', 'test_tool_with_task']);

/** A server with the tools that the scenarios of the conformance suite for the tasks extension ask for, and no more. */
export class ConformingTaskServer {
  readonly #tasks = new Map<string, Task>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#receive(request, response).catch(() => response.destroy());
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/mcp`;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    if (body === '') return void response.writeHead(405).end();
    const { id, method, params } = JSON.parse(body) as { id: unknown; method: string; params: Params };
    if (id === undefined) return void response.writeHead(202).end();
    const mirrored =
      method === 'tools/call' ? params.name : TASK_METHODS.has(method) ? params.taskId : undefined;
    const agrees =
      request.headers['mcp-method'] === method &&
      (mirrored === undefined || request.headers['mcp-name'] === mirrored);
    const outcome = agrees ? await this.#answer(method, params) : failure(-32_020, 'Header mismatch');
    const code = 'error' in outcome ? outcome.error.code : 0;
    const status = code === -32_601 ? 404 : code === -32_020 || code === -32_021 ? 400 : 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...outcome }));
  }

  #answer(method: string, params: Params): Outcome | Promise<Outcome> {
    const declared = params._meta?.['io.modelcontextprotocol/clientCapabilities']?.extensions?.[EXTENSION];
    const hints = { ttlMs: 0, cacheScope: 'private' };
    switch (method) {
      case 'server/discover':
        return complete({
          ...hints,
          supportedVersions: ['2026-07-28'],
          capabilities: { tools: {}, extensions: { [EXTENSION]: {} } },
        });
      case 'tools/list':
        return complete({
          ...hints,
          tools: TOOLS.map((name) => ({ name, inputSchema: { type: 'object' } })),
        });
      case 'tools/call':
        return this.#call(params, declared !== undefined);
      case 'tasks/get':
      case 'tasks/update':
      case 'tasks/cancel':
        return declared === undefined ? notDeclared() : this.#answerTask(method, params);
      default:
        return failure(-32_601, 'Method not found');
    }
  }

  #call(
    { name = '', arguments: args, inputResponses }: Params,
    declared: boolean,
  ): Outcome | Promise<Outcome> {
    const seconds = args?.seconds ?? 0;
    if (name === 'greet') return complete(said(`Hello, ${args?.name}!`));
    if (!declared && TASK_ONLY.has(name)) return notDeclared();
    if (!declared) return complete(said('done at once'));
    switch (name) {
      case 'slow_compute':
        return this.#make({ status: 'working' }, seconds * 1_000, {
          status: 'completed',
          result: said('computed'),
        });
      case 'failing_job':
        return this.#make({ status: 'working' }, 100, {
          status: 'completed',
          result: { ...said('failed'), isError: true },
        });
      case 'protocol_error_job':
        return this.#make({ status: 'working' }, 100, {
          status: 'failed',
          error: { code: -32_603, message: 'Internal error' },
        });
      case 'confirm_delete':
        return this.#make({ status: 'input_required', inputRequests: { one: QUESTION } });
      case 'multi_input':
        return this.#make({ status: 'input_required', inputRequests: { one: QUESTION, two: QUESTION } });
      case 'test_tool_with_task':
        if (inputResponses === undefined) {
          return {
            result: {
              resultType: 'input_required',
              inputRequests: { user_name: QUESTION },
              requestState: 'asked',
            },
          };
        }
        return this.#make({ status: 'working' }, 100, {
          status: 'completed',
          result: said(JSON.stringify(inputResponses)),
        });
      default:
        return failure(-32_602, `Unknown tool: ${name}`);
    }
  }

  #make(first: Omit<Task, 'taskId'>, afterMs = 0, then?: Omit<Task, 'taskId'>): Outcome {
    const taskId = `task-${this.#tasks.size + 1}`;
    this.#tasks.set(taskId, { ...first, taskId });
    if (then) {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        if (this.#tasks.get(taskId)?.status === 'working') this.#tasks.set(taskId, { ...then, taskId });
      }, afterMs);
      this.#timers.add(timer);
    }
    return { result: { ...dated({ taskId, status: 'working' }), resultType: 'task' } };
  }

  #answerTask(method: string, { taskId = '', inputResponses = {} }: Params): Outcome {
    const task = this.#tasks.get(taskId);
    if (!task) return failure(-32_602, 'Task not found');
    if (method === 'tasks/get') return complete(dated(task));
    if (method === 'tasks/cancel') {
      const isOver = ['completed', 'failed', 'cancelled'].includes(task.status);
      if (!isOver) this.#tasks.set(taskId, { taskId, status: 'cancelled' });
      return complete({});
    }
    const open = Object.entries(task.inputRequests ?? {}).filter(([key]) => !(key in inputResponses));
    this.#tasks.set(
      taskId,
      open.length > 0
        ? { taskId, status: 'input_required', inputRequests: Object.fromEntries(open) }
        : { taskId, status: 'completed', result: said(JSON.stringify(inputResponses)) },
    );
    return complete({});
  }
}

const QUESTION = {
  method: 'elicitation/create',
  params: {
    mode: 'form',
    message: 'Your name?',
    requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
  },
};

function dated(task: Task): object {
  const time = new Date(0).toISOString();
  return { ...task, createdAt: time, lastUpdatedAt: time, ttlMs: 60_000, pollIntervalMs: 100 };
}

function said(text: string): { readonly content: readonly object[] } {
  return { content: [{ type: 'text', text }] };
}

function complete(result: object): Outcome {
  return { result: { ...result, resultType: 'complete' } };
}

function failure(code: number, message: string, data?: object): Outcome {
  const error = { code, message, ...(data === undefined ? {} : { data }) };
  return { error };
}

function notDeclared(): Outcome {
  return failure(-32_021, 'Missing required client capability', {
    requiredCapabilities: { extensions: { [EXTENSION]: {} } },
  });
}
