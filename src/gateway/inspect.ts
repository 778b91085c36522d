import {
  clientFeatureOf,
  callableTasks,
  ERROR_CODES,
  errorAnswer,
  filterToolList,
  isJsonObject,
  isRequestId,
  isTaskResult,
  isToolListResult,
  taskOnlyTools,
  TASKS_EXTENSION,
  type Json,
  type JsonObject,
  type Era,
  type RequestId,
} from '#mcp';
import type { Clock, MethodSwitches } from '#platform';
import { isListed, type CompiledPolicy, type Offering, type ToolDefinition } from '#policy';
import { riskOfList, type RiskCategory } from '#risk';
import { toolDefinitionsOf, type Upstream } from '#upstream';
import { featureRefusal, refusedInput } from './client-features.ts';
import { filterOfferings, inspectNotification, replaceError } from './inspect-offerings.ts';
import { interruptCall, type CallProgress } from './request-state.ts';
import { offeredCapabilities } from './server-capabilities.ts';
import { sealRequestId, type SessionOwner } from './session-id.ts';
import { bindTasks, type TaskScope } from './task-scope.ts';

/** What the inspection of an answer needs to know of the exchange it came on. */
export interface InspectionContext {
  readonly era: Era;
  /** Present on the answer to a POST: only an answer to this id may pass. */
  readonly requestId: string | number | undefined;
  readonly method: string | undefined;
  readonly policy: CompiledPolicy | undefined;
  /** What is switched off for the server. */
  readonly methods: MethodSwitches;
  /** The resource, template or prompt that the request uses. */
  readonly offering?: Offering | undefined;
  /** The parameters of a request whose answer depends on what exactly was asked: a completion, a subscription. */
  readonly asked?: JsonObject | undefined;
  readonly upstream: Upstream;
  readonly sessionId: string | undefined;
  /** Where the call stands whose answer this is. */
  readonly progress: CallProgress | undefined;
  /** Whom session ids and request states are bound to. */
  readonly owner: SessionOwner;
  readonly sessionKey: Uint8Array;
  readonly clock: Clock;
  /** Undefined where tasks are switched off: then none may pass. */
  readonly tasks: TaskScope | undefined;
}

export type Inspected =
  | { readonly action: 'pass' }
  | { readonly action: 'replace'; readonly message: Json }
  | {
      readonly action: 'drop';
      readonly reason: string;
      /** What the server is told in place of the agent's answer, when the message was a request. */
      readonly refusal?: { readonly id: RequestId; readonly error: JsonObject };
      /** Nothing is wrong with the server. */
      readonly isExpected?: true;
    };

const PASS: Inspected = { action: 'pass' };
const SERVER_REQUESTS = new Set(['ping', 'sampling/createMessage', 'elicitation/create', 'roots/list']);

/**
 * Looks at one message on its way down, by its shape and not by the stream it came on: a tool list is filtered
 * wherever it turns up, be it as JSON, as an event, in an array or in a replay.
 */
export function inspectMessage(message: Json, context: InspectionContext): Inspected {
  if (Array.isArray(message)) return inspectArray(message, context);
  if (!isJsonObject(message)) return { action: 'drop', reason: 'not a JSON-RPC message' };
  const isAnswer = 'result' in message || 'error' in message;
  if ('method' in message && isAnswer) return { action: 'drop', reason: 'request and answer at once' };
  if (!context.tasks) return inspectObject(message, context);
  const bound = bindTasks(message, context.tasks);
  if (bound === undefined)
    return { action: 'drop', reason: 'a task that the agent may not hear of', isExpected: true };
  const inspected = inspectObject(bound, context);
  return inspected.action === 'pass' && bound !== message ? { action: 'replace', message: bound } : inspected;
}

function inspectObject(message: JsonObject, context: InspectionContext): Inspected {
  if (typeof message['method'] === 'string') return inspectServerMessage(message, context);
  if (!('result' in message) && !('error' in message))
    return { action: 'drop', reason: 'neither request nor answer' };
  if (context.requestId !== undefined && message['id'] !== context.requestId) {
    // an error that could not be tied to its request still belongs to this exchange
    if (message['id'] == null && isJsonObject(message['error'])) {
      const tied = { jsonrpc: '2.0', id: context.requestId, error: message['error'] };
      return { action: 'replace', message: replaceError(tied, context) ?? tied };
    }
    return { action: 'drop', reason: 'an answer to a request that is not waiting here' };
  }
  const { result } = message;
  if (isJsonObject(result)) return inspectResult(message, result, context);
  const replaced = replaceError(message, context);
  return replaced === undefined ? PASS : { action: 'replace', message: replaced };
}

function inspectArray(messages: readonly Json[], context: InspectionContext): Inspected {
  const kept: Json[] = [];
  for (const message of messages) {
    if (Array.isArray(message)) continue; // no message, and it would nest without end
    const inspected = inspectMessage(message, context);
    if (inspected.action === 'pass') kept.push(message);
    if (inspected.action === 'replace') kept.push(inspected.message);
  }
  return kept.length > 0
    ? { action: 'replace', message: kept }
    : { action: 'drop', reason: 'nothing in the array may pass' };
}

/** A request of the server to the agent gets an id that only this session can answer. */
function inspectServerMessage(message: JsonObject, context: InspectionContext): Inspected {
  const { id, method } = message;
  if (id === undefined) {
    const isOfTask = typeof method === 'string' && method.startsWith('notifications/tasks');
    return isOfTask && !context.tasks
      ? { action: 'drop', reason: 'tasks are not offered here' }
      : inspectNotification(message, context);
  }
  if (context.era === 'modern')
    return { action: 'drop', reason: 'servers send no requests in this revision' };
  if (typeof method !== 'string' || !isRequestId(id))
    return { action: 'drop', reason: 'the server sent a request that is not allowed' };
  const feature = clientFeatureOf(method);
  if (!SERVER_REQUESTS.has(method) || (feature !== undefined && context.methods[feature] === false)) {
    const error = { code: ERROR_CODES.methodNotFound, message: 'Method not found' };
    return {
      action: 'drop',
      reason: 'the server sent a request that is not allowed',
      refusal: { id, error },
    };
  }
  return {
    action: 'replace',
    message: { ...message, id: sealRequestId(id, context.sessionId, context.owner, context.sessionKey) },
  };
}

function inspectResult(message: JsonObject, received: JsonObject, context: InspectionContext): Inspected {
  const result = filterOfferings(received, context);
  if (isToolListResult(result)) {
    const definitions = toolDefinitionsOf(result);
    // what a tool or a resource says may look like a list, but defines no tools
    if (context.method === 'tools/list') context.upstream.learn(definitions);
    const uncallable = context.tasks ? undefined : taskOnlyTools(result.tools);
    const risks = risksOf(context, definitions);
    const keep = (name: string): boolean =>
      !uncallable?.has(name) && mayList(context.policy, name, risks(name));
    return { action: 'replace', message: { ...message, result: filterToolList(result, keep, context.era) } };
  }
  if (!mayAnswer(result, context)) {
    const text = 'The server answered with a task, which this gateway does not offer';
    return { action: 'replace', message: errorAnswer(idOf(message), ERROR_CODES.internalError, text) };
  }
  if (context.era === 'modern' && result['resultType'] === 'input_required') {
    return inspectInterruption(message, result, context);
  }
  const capabilities = result['capabilities'];
  if (
    isJsonObject(capabilities) &&
    (context.method === 'initialize' || context.method === 'server/discover')
  ) {
    return {
      action: 'replace',
      message: {
        ...message,
        result: { ...result, capabilities: adaptCapabilities(capabilities, result, context) },
      },
    };
  }
  return result === received ? PASS : { action: 'replace', message: { ...message, result } };
}

/** A call that waits for input goes on only with the state that is handed out here. */
function inspectInterruption(message: JsonObject, result: JsonObject, context: InspectionContext): Inspected {
  const { progress, owner, sessionKey, clock, methods, method, era } = context;
  const refused = refusedInput(result, methods);
  const id = idOf(message);
  if (refused !== undefined && id !== undefined)
    return { action: 'replace', message: featureRefusal(id, method, era, refused) };
  const interrupted = progress && interruptCall(result, progress, owner, sessionKey, clock);
  const text = progress
    ? 'The server asked for input too many times, or with too large a state'
    : 'The server asked for input where it may not';
  return {
    action: 'replace',
    message: interrupted
      ? { ...message, result: interrupted }
      : errorAnswer(id, ERROR_CODES.internalError, text),
  };
}

/** Without a policy nothing is usable, so nothing is listed; an observing policy blocks nothing, so it hides nothing. */
function mayList(policy: CompiledPolicy | undefined, name: string, risk: RiskCategory | undefined): boolean {
  if (!policy) return false;
  return policy.mode === 'observe' || isListed(policy, name, risk);
}

/** The classes by which calls will be judged; before the server's list is known, those of the list in hand. */
function risksOf(
  { policy, upstream }: InspectionContext,
  definitions: readonly ToolDefinition[],
): (name: string) => RiskCategory | undefined {
  if (policy?.document.risk === undefined) return () => undefined;
  const known = upstream.knownTools();
  if (known !== undefined) return (name) => known.get(name)?.risk;
  const risks = riskOfList(definitions);
  const byName = new Map(definitions.map((definition) => [definition.name, risks.get(definition)]));
  return (name) => byName.get(name);
}

/** Whether a result has one of the kinds that exist; tasks are one only where they are switched on. */
function mayAnswer(result: JsonObject, { era, tasks }: InspectionContext): boolean {
  if (isTaskResult(result, era)) return tasks !== undefined;
  const type = result['resultType'];
  return era === 'legacy' || type === undefined || type === 'complete' || type === 'input_required';
}

/**
 * What is switched off is not promised. Tasks are promised where they are offered and the revision has them, but never a
 * list of them.
 */
function adaptCapabilities(
  capabilities: JsonObject,
  result: JsonObject,
  context: InspectionContext,
): JsonObject {
  const { tasks: capability, extensions, ...rest } = capabilities as Record<string, Json>;
  const isOffered = context.tasks !== undefined && result['protocolVersion'] === '2025-11-25';
  const tasks = isOffered ? callableTasks(capability) : undefined;
  const kept = isJsonObject(extensions)
    ? Object.fromEntries(
        Object.entries(extensions).filter(([name]) => name !== TASKS_EXTENSION || context.tasks),
      )
    : undefined;
  const offered = {
    ...rest,
    ...(tasks ? { tasks } : {}),
    ...(kept === undefined ? {} : { extensions: kept }),
  };
  return offeredCapabilities(offered, context.methods, context.era);
}

function idOf(message: JsonObject): string | number | undefined {
  return isRequestId(message['id']) ? message['id'] : undefined;
}
