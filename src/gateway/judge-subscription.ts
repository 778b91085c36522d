import { ERROR_CODES, isJsonObject, refusal, type JsonObject, type JsonRpcRequest } from '#mcp';
import { decideOffering, type Decision } from '#policy';
import type { MethodSwitches } from '#platform';
import { end, pass, protocolRefusal, type Step } from './answer.ts';
import { recordedName, type OfferingDeps } from './judge-offering.ts';
import { encode, type AgentCall } from './read-call.ts';
import { beginRecord, decisionRecord, denyRecord } from './record-decision.ts';

const MAX_RESOURCES = 1_000;

/**
 * Judges a `subscriptions/listen` (2026-07-28, "Subscriptions"): an agent is told of changes of the resources that it may
 * read, and of no list whose family is switched off. What it may not have is taken out of the request, and the server's
 * acknowledgement says so.
 */
export async function judgeSubscription(
  call: AgentCall,
  message: JsonRpcRequest,
  deps: OfferingDeps,
): Promise<Step<AgentCall>> {
  const asked = message.params?.['notifications'];
  const given = isJsonObject(asked) ? asked['resourceSubscriptions'] : undefined;
  const uris = given === undefined ? [] : given;
  const fault = faultOf(asked, uris);
  if (fault !== undefined) {
    return end(
      protocolRefusal(refusal(200, ERROR_CODES.invalidParams, `Invalid params: ${fault}`, message.id)),
    );
  }
  const { methods } = call.request.server;
  const wanted = withoutFamilies((asked ?? {}) as JsonObject, methods);
  const resources = methods.resources === false ? [] : (uris as readonly string[]);
  if (resources.length === 0) {
    return pass(wanted === asked || asked === undefined ? call : withNotifications(call, message, wanted));
  }
  const policy = deps.directory.policyOf(call.request.grant);
  const judged = resources.map((name) => ({
    name,
    decision: decideOffering(policy, { kind: 'resource', name }),
  }));
  const dropped = judged.filter(({ decision }) => decision.outcome !== 'allow');
  const [first] = dropped;
  if (first !== undefined) {
    const text = `${textOf(first.decision)} ${dropped.length} of ${judged.length} resources were taken out of a subscription.`;
    const verdict = { outcome: 'deny', rule: first.decision.rule, message: text } as const;
    await denyRecord(call, recordedName(first.name), policy, verdict, deps);
  }
  const isEnforced = policy?.mode !== 'observe';
  const kept = isEnforced ? judged.filter(({ decision }) => decision.outcome === 'allow') : judged;
  const [passing] = kept;
  if (passing !== undefined) {
    const verdict = { outcome: 'allow', rule: passing.decision.rule, message: '' } as const;
    const row = decisionRecord(call, recordedName(passing.name), policy, verdict, deps.clock.now());
    const begun = await beginRecord(row, call, policy, deps);
    if (!begun.ok) return begun;
  }
  if (kept.length === judged.length && wanted === asked) return pass(call);
  const resourceSubscriptions = kept.map(({ name }) => name);
  return pass(withNotifications(call, message, { ...wanted, resourceSubscriptions }));
}

function faultOf(asked: unknown, uris: unknown): string | undefined {
  if (asked !== undefined && !isJsonObject(asked)) return '"notifications" must be an object';
  if (!Array.isArray(uris) || !uris.every((uri) => typeof uri === 'string'))
    return '"resourceSubscriptions" must be a list of URIs';
  return uris.length > MAX_RESOURCES
    ? `"resourceSubscriptions" holds more than ${MAX_RESOURCES} URIs`
    : undefined;
}

/** What is asked without the lists of families that are off; the same object when none is. */
function withoutFamilies(asked: JsonObject, methods: MethodSwitches): JsonObject {
  const off = new Set<string>();
  if (methods.resources === false) off.add('resourcesListChanged').add('resourceSubscriptions');
  if (methods.prompts === false) off.add('promptsListChanged');
  if (!Object.keys(asked).some((name) => off.has(name))) return asked;
  return Object.fromEntries(Object.entries(asked).filter(([name]) => !off.has(name)));
}

function withNotifications(call: AgentCall, message: JsonRpcRequest, notifications: JsonObject): AgentCall {
  const changed: JsonRpcRequest = { ...message, params: { ...message.params, notifications } };
  return { ...call, message: changed, body: encode(changed) };
}

function textOf(decision: Decision): string {
  return decision.outcome === 'allow' ? '' : decision.message;
}
