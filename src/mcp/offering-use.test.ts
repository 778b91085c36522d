import { describe, expect, it } from 'vitest';
import type { JsonObject } from './message.ts';
import { readOfferingUse, usesOffering } from './offering-use.ts';

const read = (method: string, params?: JsonObject) =>
  readOfferingUse({ kind: 'request', id: 1, method, params });

describe('readOfferingUse', () => {
  it.each<[string, JsonObject, string, string]>([
    ['resources/read', { uri: 'x://a' }, 'resource', 'x://a'],
    ['resources/read', { uri: 'x://{a}' }, 'resource', 'x://{a}'],
    ['resources/read', { uri: '', name: 'p' }, 'resource', ''],
    ['resources/subscribe', { uri: 'x://a' }, 'resource', 'x://a'],
    ['resources/unsubscribe', { uri: 'x://a' }, 'resource', 'x://a'],
    ['prompts/get', { name: 'p', uri: 'x://a' }, 'prompt', 'p'],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'p', title: 'P' } }, 'prompt', 'p'],
    ['completion/complete', { ref: { type: 'ref/resource', uri: 'x://a' } }, 'resource', 'x://a'],
    ['completion/complete', { ref: { type: 'ref/resource', uri: 'x://{a}' } }, 'template', 'x://{a}'],
  ])('%s %j is about the %s %s', (method, params, kind, name) => {
    expect(usesOffering(method)).toBe(true);
    expect(read(method, params)).toEqual({ ok: true, kind, name });
  });

  it.each<[string, JsonObject | undefined]>([
    ['resources/read', undefined],
    ['resources/read', { uri: 1 }],
    ['resources/read', { name: 'x://a' }],
    ['prompts/get', { name: null }],
    ['completion/complete', {}],
    ['completion/complete', { ref: 'p' }],
    ['completion/complete', { ref: { type: 'ref/prompt', uri: 'x://a' } }],
    ['completion/complete', { ref: { type: 'ref/resource', name: 'p' } }],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'p', uri: 'x://a' } }],
    ['completion/complete', { ref: { type: 'ref/resource', name: 'p', uri: 'x://a' } }],
    ['completion/complete', { ref: { type: 'ref/tool', name: 'p' } }],
  ])('%s %j is refused', (method, params) => {
    const use = read(method, params);
    expect(use).toMatchObject({ ok: false, refusal: { httpStatus: 200, code: -32602, id: 1 } });
  });

  it.each(['tools/call', 'resources/list', 'prompts/list', 'subscriptions/listen', 'resources/READ', ''])(
    '%j uses none',
    (method) => {
      expect(usesOffering(method)).toBe(false);
    },
  );
});
