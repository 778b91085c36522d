import {
  ERROR_CODES,
  errorAnswer,
  filterToolList,
  isJsonObject,
  isRequestId,
  isToolListResult,
  type Era,
  type Json,
  type JsonObject,
} from '#mcp';
import type { Clock } from '#platform';
import { isListed, type CompiledPolicy, type ToolDefinition } from '#policy';
import { riskOfList, type RiskCategory } from '#risk';
import { toolDefinitionsOf, type Upstream } from '#upstream';
import { interruptCall, type CallProgress } from './request-state.ts';
import { sealRequestId, type SessionOwner } from './session-id.ts';

/** What the inspection of an answer needs to know of the exchange it came on. */
export interface InspectionContext {
  readonly era: Era;
  /** Present on the answer to a POST: only an answer to this id may pass. */
  readonly requestId: string | number | undefined;
  readonly method: string | undefined;
  readonly policy: CompiledPolicy | undefined;
  readonly upstream: Upstream;
  readonly sessionId: string | undefined;
  /** Where the call stands whose answer this is. */
  readonly progress: CallProgress | undefined;
  /** Whom session ids and request states are bound to. */
  readonly owner: SessionOwner;
  readonly sessionKey: Uint8Array;
  readonly clock: Clock;
}

export type Inspected =
  | { readonly action: 'pass' }
  | { readonly action: 'replace'; readonly message: Json }
  | { readonly action: 'drop'; readonly reason: string };

const PASS: Inspected = { action: 'pass' };
const SERVER_REQUESTS = new Set(['ping', 'sampling/createMessage', 'elicitation/create', 'roots/list']);

/**
 * Looks at one message on its way down, by its shape and not by the stream it came on: a tool list is filtered
 * wherever it turns up, be it as JSON, as an event, in an array or in a replay.
 */
export function inspectMessage(message: Json, context: InspectionContext): Inspected {
  if (Array.isArray(message)) return inspectArray(message, context);
  if (!isJsonObject(message)) return { action: 'drop', reason: 'not a JSON-RPC message' };
  if (typeof message['method'] === 'string') return inspectServerMessage(message, context);
  if (!('result' in message) && !('error' in message))
    return { action: 'drop', reason: 'neither request nor answer' };
  if (context.requestId !== undefined && message['id'] !== context.requestId) {
    // an error that could not be tied to its request still belongs to this exchange
    if (message['id'] == null && isJsonObject(message['error'])) {
      return { action: 'replace', message: { ...message, id: context.requestId } };
    }
    return { action: 'drop', reason: 'an answer to a request that is not waiting here' };
  }
  const { result } = message;
  return isJsonObject(result) ? inspectResult(message, result, context) : PASS;
}

function inspectArray(messages: readonly Json[], context: InspectionContext): Inspected {
  const kept: Json[] = [];
  for (const message of messages) {
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
  if (id === undefined) return PASS;
  if (context.era === 'modern')
    return { action: 'drop', reason: 'servers send no requests in this revision' };
  if (typeof method !== 'string' || !SERVER_REQUESTS.has(method) || !isRequestId(id)) {
    return { action: 'drop', reason: 'the server sent a request that is not allowed' };
  }
  return {
    action: 'replace',
    message: { ...message, id: sealRequestId(id, context.sessionId ?? '', context.sessionKey) },
  };
}

function inspectResult(message: JsonObject, result: JsonObject, context: InspectionContext): Inspected {
  if (isToolListResult(result)) {
    const definitions = toolDefinitionsOf(result);
    context.upstream.learn(definitions);
    const risks = risksOf(context, definitions);
    const keep = (name: string): boolean => mayList(context.policy, name, risks(name));
    return { action: 'replace', message: { ...message, result: filterToolList(result, keep, context.era) } };
  }
  if (isTaskResult(result, context.era)) {
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
      message: { ...message, result: { ...result, capabilities: adaptCapabilities(capabilities) } },
    };
  }
  return PASS;
}

/** A call that waits for input goes on only with the state that is handed out here. */
function inspectInterruption(message: JsonObject, result: JsonObject, context: InspectionContext): Inspected {
  const { progress, owner, sessionKey, clock } = context;
  const interrupted = progress && interruptCall(result, progress, owner, sessionKey, clock);
  const text = progress
    ? 'The server asked for input too many times'
    : 'The server asked for input where it may not';
  return {
    action: 'replace',
    message: interrupted
      ? { ...message, result: interrupted }
      : errorAnswer(idOf(message), ERROR_CODES.internalError, text),
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

function isTaskResult(result: JsonObject, era: Era): boolean {
  const { task } = result;
  if (era === 'legacy') return isJsonObject(task) && typeof task['taskId'] === 'string';
  const type = result['resultType'];
  return type !== undefined && type !== 'complete' && type !== 'input_required';
}

/** Tasks are not offered; the tool list can change with the policy, so the notification is promised. */
function adaptCapabilities(capabilities: JsonObject): JsonObject {
  const { tasks: _, extensions, tools, ...rest } = capabilities as Record<string, Json>;
  const kept = isJsonObject(extensions)
    ? Object.fromEntries(
        Object.entries(extensions).filter(([name]) => name !== 'io.modelcontextprotocol/tasks'),
      )
    : undefined;
  return {
    ...rest,
    ...(isJsonObject(tools) ? { tools: { ...tools, listChanged: true } } : {}),
    ...(kept === undefined ? {} : { extensions: kept }),
  };
}

function idOf(message: JsonObject): string | number | undefined {
  return isRequestId(message['id']) ? message['id'] : undefined;
}
