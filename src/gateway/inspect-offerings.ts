import {
  ERROR_CODES,
  filterOfferingLists,
  isJsonObject,
  isRequestId,
  listsOfferings,
  offeringNotFound,
  type JsonObject,
} from '#mcp';
import type { MethodSwitches } from '#platform';
import { decideOffering, type CompiledPolicy } from '#policy';
import { filterCompletion } from './inspect-completion.ts';
import { featureMissed, featureRefusal } from './client-features.ts';
import type { Inspected, InspectionContext } from './inspect.ts';
import { mayOffer } from './judge-offering.ts';
import { sealRequestId } from './session-id.ts';

const PASS: Inspected = { action: 'pass' };

/** What an agent may see of a result with resources, templates, prompts or completions; the same object when all of it. */
export function filterOfferings(result: JsonObject, context: InspectionContext): JsonObject {
  const { policy, methods } = context;
  const completed = result['completion'] === undefined ? result : filterCompletion(result, context);
  if (!listsOfferings(completed)) return completed;
  return filterOfferingLists(
    completed,
    (kind, name) =>
      (kind === 'prompt' ? methods.prompts : methods.resources) !== false && mayOffer(policy, { kind, name }),
    context.era,
  );
}

const SWITCH_OF: ReadonlyMap<string, keyof MethodSwitches> = new Map([
  ['notifications/resources/updated', 'resources'],
  ['notifications/resources/list_changed', 'resources'],
  ['notifications/prompts/list_changed', 'prompts'],
  ['notifications/message', 'logging'],
  ['notifications/elicitation/complete', 'elicitation'],
]);

/** A notification of the server: of families that are on, and of resources that the agent may read. */
export function inspectNotification(message: JsonObject, context: InspectionContext): Inspected {
  const { method } = message;
  const family = typeof method === 'string' ? SWITCH_OF.get(method) : undefined;
  if (family !== undefined && context.methods[family] === false)
    return { action: 'drop', reason: 'a notification of a family that is switched off' };
  switch (method) {
    case 'notifications/resources/updated':
      return inspectUpdate(message, context.policy);
    case 'notifications/subscriptions/acknowledged':
      return inspectAcknowledgement(message, context);
    case 'notifications/cancelled':
      return inspectCancellation(message, context);
    default:
      return PASS;
  }
}

function mayRead(policy: CompiledPolicy | undefined, uri: unknown): boolean {
  if (typeof uri !== 'string') return false;
  if (policy?.mode === 'observe') return true;
  return decideOffering(policy, { kind: 'resource', name: uri }).outcome === 'allow';
}

function inspectUpdate(message: JsonObject, policy: CompiledPolicy | undefined): Inspected {
  const params = message['params'];
  return mayRead(policy, isJsonObject(params) ? params['uri'] : undefined)
    ? PASS
    : { action: 'drop', reason: 'an update of a resource that the agent may not read' };
}

const LIST_CHANGES = ['toolsListChanged', 'promptsListChanged', 'resourcesListChanged'] as const;

/** The gateway tells changes of lists itself, so it promises those that were asked for; of resources, the readable ones. */
function inspectAcknowledgement(message: JsonObject, context: InspectionContext): Inspected {
  const { policy } = context;
  const asked = context.asked?.['notifications'];
  const { params } = message;
  const accepted = isJsonObject(params) ? params['notifications'] : undefined;
  if (!isJsonObject(params) || !isJsonObject(accepted)) return PASS;
  const promised = isJsonObject(asked)
    ? LIST_CHANGES.filter((name) => asked[name] === true && accepted[name] !== true)
    : [];
  const uris = accepted['resourceSubscriptions'];
  const readable = Array.isArray(uris) ? uris.filter((uri) => mayRead(policy, uri)) : undefined;
  if (promised.length === 0 && readable?.length === (uris as unknown[] | undefined)?.length) return PASS;
  const notifications = {
    ...accepted,
    ...Object.fromEntries(promised.map((name) => [name, true])),
    ...(readable === undefined ? {} : { resourceSubscriptions: readable }),
  };
  return { action: 'replace', message: { ...message, params: { ...params, notifications } } };
}

/** The server withdraws a request of its own, which the agent knows under the id that was made for it. */
function inspectCancellation(message: JsonObject, context: InspectionContext): Inspected {
  const { params } = message;
  const id = isJsonObject(params) ? params['requestId'] : undefined;
  if (context.era === 'modern' || !isJsonObject(params) || !isRequestId(id)) return PASS;
  const requestId = sealRequestId(id, context.sessionId, context.owner, context.sessionKey);
  return { action: 'replace', message: { ...message, params: { ...params, requestId } } };
}

const NOT_FOUND = /not found|unknown|no such|does ?n[o']t exist|not exist|invalid (prompt|resource|uri)/i;

/**
 * The answer in place of an error of the server, where the agent must not see the error as it is: undefined leaves it. What
 * was refused because of a switch is told as that. And where a policy hides resources or prompts, what does not exist is
 * answered in the same words as what is hidden.
 */
export function replaceError(message: JsonObject, context: InspectionContext): JsonObject | undefined {
  const { error, id } = message;
  const { methods, method, era, offering, policy } = context;
  if (!isJsonObject(error) || !isRequestId(id)) return undefined;
  const feature = featureMissed(error, methods);
  if (feature !== undefined) return featureRefusal(id, method, era, feature);
  if (offering === undefined || policy?.mode !== 'enforce') return undefined;
  const section = offering.kind === 'prompt' ? policy.prompts : policy.resources;
  if (section === undefined) return undefined;
  const { code, message: text } = error;
  const isNotFound =
    code === ERROR_CODES.resourceNotFound ||
    (code === ERROR_CODES.invalidParams && typeof text === 'string' && NOT_FOUND.test(text));
  return isNotFound ? offeringNotFound(id, era, offering) : undefined;
}
