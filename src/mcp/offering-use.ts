import type { JsonRpcRequest, ProtocolRefusal } from './message.ts';
import type { ListedKind } from './offering-list.ts';
import { isJsonObject } from './read-message.ts';
import { refusal } from './refusal.ts';
import { ERROR_CODES } from './revisions.ts';

export type OfferingUse =
  | { readonly ok: true; readonly kind: ListedKind; readonly name: string }
  | { readonly ok: false; readonly refusal: ProtocolRefusal };

const RESOURCE_METHODS = new Set(['resources/read', 'resources/subscribe', 'resources/unsubscribe']);

/** Whether a method uses one resource, template or prompt, which `readOfferingUse` then names. */
export function usesOffering(method: string): boolean {
  return RESOURCE_METHODS.has(method) || method === 'prompts/get' || method === 'completion/complete';
}

/**
 * Which resource, template or prompt a request uses: the `uri` or `name` of its parameters; for a completion, what `ref`
 * points at. Refused with -32602 (HTTP 200) when it is not told, or told in two ways.
 */
export function readOfferingUse(request: JsonRpcRequest): OfferingUse {
  const refuse = (message: string): OfferingUse => ({
    ok: false,
    refusal: refusal(200, ERROR_CODES.invalidParams, `Invalid params: ${message}`, request.id),
  });
  const params = request.params ?? {};
  if (request.method === 'completion/complete') {
    const { ref } = params;
    if (!isJsonObject(ref)) return refuse('"ref" must be an object');
    const { type, name, uri } = ref;
    if (type === 'ref/prompt' && typeof name === 'string' && uri === undefined)
      return { ok: true, kind: 'prompt', name };
    if (type === 'ref/resource' && typeof uri === 'string' && name === undefined)
      return { ok: true, kind: uri.includes('{') ? 'template' : 'resource', name: uri };
    return refuse('"ref" must be a "ref/prompt" with a "name", or a "ref/resource" with a "uri"');
  }
  const kind = RESOURCE_METHODS.has(request.method) ? 'resource' : 'prompt';
  const member = kind === 'resource' ? 'uri' : 'name';
  const name = params[member];
  return typeof name === 'string' ? { ok: true, kind, name } : refuse(`"${member}" must be a text`);
}
