import {
  CLIENT_FEATURES,
  clientFeatureOf,
  DENIED_MARK,
  ERROR_CODES,
  errorAnswer,
  inputRequestMethods,
  isJsonObject,
  toolRefusal,
  type ClientFeature,
  type Era,
  type JsonObject,
  type RequestId,
} from '#mcp';
import type { MethodSwitches } from '#platform';

/** Which of the things that a server may ask of an agent are switched off, in the order of `CLIENT_FEATURES`. */
export function featuresOff(methods: MethodSwitches): readonly ClientFeature[] {
  return CLIENT_FEATURES.filter((feature) => methods[feature] === false);
}

/** The capabilities of an agent without what is switched off; the same object when nothing is. */
export function withoutFeatures(capabilities: JsonObject, methods: MethodSwitches): JsonObject {
  // Asked for every modern request, and hardly ever is anything off.
  if (methods.sampling !== false && methods.elicitation !== false && methods.roots !== false)
    return capabilities;
  const off = featuresOff(methods).filter((feature) => Object.hasOwn(capabilities, feature));
  if (off.length === 0) return capabilities;
  return Object.fromEntries(
    Object.entries(capabilities).filter(([name]) => !off.some((one) => one === name)),
  );
}

/**
 * What an `input_required` result asks for that may not be asked, in words; undefined when it may all be asked. Only the
 * three known kinds may (2026-07-28, multi round-trip requests).
 */
export function refusedInput(result: JsonObject, methods: MethodSwitches): string | undefined {
  for (const method of inputRequestMethods(result)) {
    const feature = method === undefined ? undefined : clientFeatureOf(method);
    if (feature === undefined) return 'something that servers may not ask for';
    if (methods[feature] === false) return feature;
  }
  return undefined;
}

/**
 * The answer when the server cannot go on because of a switch: a tool result that the model reads, an error for other
 * methods.
 */
export function featureRefusal(
  id: RequestId,
  method: string | undefined,
  era: Era,
  what: string,
): JsonObject {
  const text = `${DENIED_MARK} The server needs ${what} for this, which this gateway does not allow it to ask for.`;
  if (method === 'tools/call') return toolRefusal(id, era, text);
  return errorAnswer(id, ERROR_CODES.internalError, text);
}

/**
 * The switched-off feature that an error of the server complains about: it names a capability that was taken out of the
 * request, or wants the user to open an address. Its own words describe the gateway, not the agent.
 */
export function featureMissed(error: JsonObject, methods: MethodSwitches): ClientFeature | undefined {
  const { code, data } = error;
  if (code === ERROR_CODES.urlElicitationRequired)
    return methods.elicitation === false ? 'elicitation' : undefined;
  if (code !== ERROR_CODES.missingCapability || !isJsonObject(data)) return undefined;
  const required = data['requiredCapabilities'];
  return isJsonObject(required)
    ? featuresOff(methods).find((feature) => Object.hasOwn(required, feature))
    : undefined;
}
