import type { JsonObject } from './message.ts';
import { isJsonObject } from './read-message.ts';

/** What a server may ask of a client, by the name of the capability with which a client offers it. */
export const CLIENT_FEATURES = ['sampling', 'elicitation', 'roots'] as const;
export type ClientFeature = (typeof CLIENT_FEATURES)[number];

const FEATURE_OF: ReadonlyMap<string, ClientFeature> = new Map([
  ['sampling/createMessage', 'sampling'],
  ['elicitation/create', 'elicitation'],
  ['roots/list', 'roots'],
]);

/**
 * The feature that a server's request belongs to, sent as a request (up to 2025-11-25) or as an entry of `inputRequests`
 * (2026-07-28); undefined for every other method.
 */
export function clientFeatureOf(method: string): ClientFeature | undefined {
  return FEATURE_OF.get(method);
}

/** The methods that the entries of an `input_required` result ask for; undefined for an entry of no known shape. */
export function inputRequestMethods(result: JsonObject): readonly (string | undefined)[] {
  const { inputRequests } = result;
  if (inputRequests === undefined) return [];
  if (!isJsonObject(inputRequests)) return [undefined];
  return Object.values(inputRequests).map((entry) => {
    const method = isJsonObject(entry) ? entry['method'] : undefined;
    return typeof method === 'string' ? method : undefined;
  });
}
