import {
  DENIED_MARK,
  ERROR_CODES,
  errorAnswer,
  isJsonObject,
  listenedTasks,
  listenTo,
  META_KEYS,
  refusal,
  relatedTaskOf,
  relateTo,
  TASKS_EXTENSION,
  type Json,
  type JsonObject,
  type JsonRpcMessage,
  type ProtocolRefusal,
  type RequestId,
} from '#mcp';
import { decide, type CompiledPolicy, type Decision, type KnownTool } from '#policy';
import { end, pass, protocolRefusal, upstreamFailed, type Answer, type Step } from './answer.ts';
import { findTool, type JudgeDeps } from './judge-call.ts';
import { encode, type AgentCall } from './read-call.ts';
import { denyRecord, type RecordedVerdict } from './record-decision.ts';
import type { SessionOwner } from './session-id.ts';
import { openTask, type TaskHandle } from './task-id.ts';

/** Tasks in one body of `subscriptions/listen`. */
const MAX_LISTENED = 100;

type Denial = Extract<Decision, { outcome: 'deny' }>;
export type TaskDeps = Pick<JudgeDeps, 'directory' | 'records' | 'clock' | 'log'> & {
  readonly sessionKey: Uint8Array;
};

/** Whether a call asks to go on as a task (2025-11-25), so that no answer of ours may be a tool result. */
export function wantsTask({ message, revision }: AgentCall): boolean {
  return (
    message.kind === 'request' &&
    message.method === 'tools/call' &&
    message.params?.['task'] !== undefined &&
    revision === '2025-11-25'
  );
}

/** The tool whose call may be answered with a task; undefined when the agent could do nothing with one. */
export function taskMakerOf(call: AgentCall): string | undefined {
  const { message, era } = call;
  if (message.kind !== 'request' || message.method !== 'tools/call') return undefined;
  const name = message.params?.['name'];
  if (typeof name !== 'string') return undefined;
  const isAble = era === 'modern' ? declaresTasks(message.params) : wantsTask(call);
  return isAble ? name : undefined;
}

function declaresTasks(params: JsonObject | undefined): boolean {
  const meta = params?.['_meta'];
  const capabilities = isJsonObject(meta) ? meta[META_KEYS.clientCapabilities] : undefined;
  const extensions = isJsonObject(capabilities) ? capabilities['extensions'] : undefined;
  return isJsonObject(extensions) && isJsonObject(extensions[TASKS_EXTENSION]);
}

/** Whether a message names a task at all; most do not, and need nothing more. */
export function namesTasks(message: JsonRpcMessage): boolean {
  if (message.kind === 'response') return relatedTaskOf(message.result) !== undefined;
  if (relatedTaskOf(message.params) !== undefined || message.method.startsWith('tasks/')) return true;
  return message.method === 'subscriptions/listen' && listenedTasks(message.params) !== undefined;
}

/**
 * Lets a message about tasks through when every task in it was made by this grant and the policy, asked again, still
 * gives it the tool: with the server's own ids in place. Everything else is refused and recorded. Where tasks are
 * switched off, mentions of them are taken out (the methods themselves never come this far).
 */
export async function admitTasks(call: AgentCall, deps: TaskDeps): Promise<Step<AgentCall>> {
  const undeclared = undeclaredFault(call);
  if (undeclared) return end(protocolRefusal(undeclared));
  const mention = mentionOf(call.message, call.request.server.methods.tasks === true);
  const owner: SessionOwner = { grantId: call.request.grant.id, serverId: call.request.server.id };
  const handles: TaskHandle[] = [];
  for (const sealed of mention.ids) {
    const handle = openTask(sealed, owner, deps.sessionKey);
    if (!handle) return refuse(call, undefined, deps);
    handles.push(handle);
  }
  for (const tool of new Set(handles.map((handle) => handle.tool))) {
    const policy = deps.directory.policyOf(call.request.grant);
    const found = await findTool(call, tool, policy);
    if (!found.ok) return end(upstreamFailed(idOf(call.message), '', call.era, found.error.failure));
    const denial = denialOf(policy, tool, found.tool);
    if (denial) return refuse(call, { tool, denial, policy }, deps);
  }
  if (!call.isExact) {
    const text = 'The message holds numbers that cannot be carried exactly';
    return end(protocolRefusal(refusal(400, ERROR_CODES.invalidRequest, text, idOf(call.message))));
  }
  const message = mention.write(handles.map(({ id }) => id));
  return pass({ ...call, message, body: encode(message), tasks: handles });
}

/** Since 2026-07-28 an agent says with each request about a task that it can handle tasks. */
function undeclaredFault({ message, era }: AgentCall): ProtocolRefusal | undefined {
  if (era !== 'modern' || message.kind !== 'request' || !message.method.startsWith('tasks/'))
    return undefined;
  if (declaresTasks(message.params)) return undefined;
  const requiredCapabilities = { extensions: { [TASKS_EXTENSION]: {} } };
  const text = `${message.method} needs the client capability ${TASKS_EXTENSION}`;
  return refusal(400, ERROR_CODES.missingCapability, text, message.id, { requiredCapabilities });
}

interface Mention {
  /** The tasks of a message, as the agent names them. */
  readonly ids: readonly Json[];
  /** The message with other ids in the same places. */
  readonly write: (ids: readonly string[]) => JsonRpcMessage;
}

/** What a message says of tasks. What is only said in passing is taken out of requests: an agent has no task to work on. */
function mentionOf(message: JsonRpcMessage, areOffered: boolean): Mention {
  const none = (without: JsonRpcMessage): Mention => ({ ids: [], write: () => without });
  if (message.kind === 'response') {
    const result = message.result as JsonObject;
    if (!areOffered) return none({ ...message, result: relateTo(result, undefined) });
    return { ids: [relatedId(result)], write: ([id]) => ({ ...message, result: relateTo(result, id) }) };
  }
  let params = message.params ?? {};
  if (relatedTaskOf(params) !== undefined) {
    if (message.kind === 'notification' && areOffered) {
      const named = params;
      return { ids: [relatedId(named)], write: ([id]) => ({ ...message, params: relateTo(named, id) }) };
    }
    params = relateTo(params, undefined);
  }
  if (message.method.startsWith('tasks/')) {
    return {
      ids: [params['taskId'] ?? null],
      write: ([id]) => ({ ...message, params: { ...params, taskId: id } }),
    };
  }
  const listened = message.method === 'subscriptions/listen' ? listenedTasks(params) : undefined;
  if (listened === undefined) return none({ ...message, params });
  if (!areOffered) return none({ ...message, params: listenTo(params, undefined) });
  // what is no list, or too long a one, names a task that nobody has
  const ids =
    Array.isArray(listened) && listened.length <= MAX_LISTENED ? (listened as readonly Json[]) : [null];
  return { ids, write: (own) => ({ ...message, params: listenTo(params, own) }) };
}

function relatedId(object: JsonObject): Json {
  const related = relatedTaskOf(object);
  return (isJsonObject(related) ? related['taskId'] : undefined) ?? null;
}

/**
 * Why a policy does not give a tool's results to a grant any more; undefined when it does. Only what is said of the tool as a
 * whole counts: its arguments were judged, its limits paid and its approval given when the call was made.
 */
export function denialOf(
  policy: CompiledPolicy | undefined,
  tool: string,
  known: KnownTool | undefined,
): Denial | undefined {
  if (policy?.mode === 'observe') return undefined;
  const decision = decide(policy, { tool, arguments: undefined }, known);
  if (decision.outcome !== 'deny') return undefined;
  const isOfTheTool = decision.rule.startsWith('(') || decision.rule.endsWith('/action');
  return isOfTheTool ? decision : undefined;
}

/** A refusal of ours in the form that a caller understands who waits for a task: an error, not a tool result. */
export function inErrorForm(answer: Answer): Answer {
  const result = answer.message?.['result'];
  if (!isJsonObject(result) || result['isError'] !== true) return answer;
  const [content] = result['content'] as readonly { readonly text: string }[];
  const id = answer.message?.['id'] as RequestId;
  return {
    ...answer,
    message: errorAnswer(id, ERROR_CODES.invalidParams, content?.text ?? '', result['_meta']),
  };
}

interface Refused {
  readonly tool: string;
  readonly denial: Denial;
  readonly policy: CompiledPolicy | undefined;
}

async function refuse(
  call: AgentCall,
  refused: Refused | undefined,
  deps: TaskDeps,
): Promise<ReturnType<typeof end>> {
  const policy = deps.directory.policyOf(call.request.grant);
  const verdict: RecordedVerdict = {
    outcome: refused ? 'deny' : 'refused',
    rule: refused?.denial.rule ?? '(unknown task)',
    message: refused?.denial.message ?? TASK_NOT_FOUND,
  };
  await denyRecord(call, refused?.tool, policy, verdict, deps);
  return end(refusalFor(call.message, refused));
}

export const TASK_NOT_FOUND = 'Task not found';

/** Tasks of others, made-up ones, and those of tools that the agent cannot see are all the same: not found. */
function refusalFor(message: JsonRpcMessage, refused: Refused | undefined): Answer {
  const id = idOf(message);
  if (id === undefined) {
    return protocolRefusal(refusal(400, ERROR_CODES.invalidParams, TASK_NOT_FOUND, undefined));
  }
  if (refused?.denial.kind !== 'refused') {
    return { status: 200, message: errorAnswer(id, ERROR_CODES.invalidParams, TASK_NOT_FOUND) };
  }
  const { denial, policy } = refused;
  const note = { rule: denial.rule, ...(policy && { policy: policy.name, version: policy.version }) };
  return {
    status: 200,
    message: errorAnswer(id, ERROR_CODES.invalidParams, `${DENIED_MARK} ${denial.message}`, {
      [META_KEYS.decision]: note,
    }),
  };
}

function idOf(message: JsonRpcMessage): RequestId | undefined {
  return message.kind === 'request' ? message.id : undefined;
}
