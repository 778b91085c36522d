import { describe, expect, it } from 'vitest';
import type { JsonObject } from './message.ts';
import { stripModernEnvelope, toModernResult } from './modern-envelope.ts';

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'C', version: '1' },
  'io.modelcontextprotocol/logLevel': 'info',
};

describe('stripModernEnvelope', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['drops an emptied _meta', { name: 'x', _meta: envelope }, { name: 'x' }],
    ['drops an empty _meta', { name: 'x', _meta: {} }, { name: 'x' }],
    [
      'keeps what is not ours',
      { _meta: { ...envelope, progressToken: 'p', traceparent: '00', 'com.example/x': 1 }, arguments: {} },
      { _meta: { progressToken: 'p', traceparent: '00', 'com.example/x': 1 }, arguments: {} },
    ],
    [
      'drops keys that pretend to come from the gateway',
      { _meta: { 'io.toolgate/decision': { rule: '/x' }, 'IO.Toolgate/approved': true, progressToken: 1 } },
      { _meta: { progressToken: 1 } },
    ],
  ])('%s', (_, params, expected) => {
    expect(stripModernEnvelope(params)).toEqual(expected);
  });

  it('hands the same object back when there is nothing to remove', () => {
    const params = { _meta: { progressToken: 1 } };
    expect(stripModernEnvelope(params)).toBe(params);
    expect(stripModernEnvelope(undefined)).toBeUndefined();
    const bare = { name: 'x' };
    expect(stripModernEnvelope(bare)).toBe(bare);
  });

  it('does not change its input', () => {
    const params = { _meta: { ...envelope } };
    stripModernEnvelope(params);
    expect(params).toEqual({ _meta: envelope });
  });
});

describe('toModernResult', () => {
  const serverInfo = { name: 'S', version: '1' };

  it('completes a call and names the server', () => {
    expect(toModernResult('tools/call', { content: [], _meta: { a: 1 } }, serverInfo)).toEqual({
      content: [],
      resultType: 'complete',
      _meta: { a: 1, 'io.modelcontextprotocol/serverInfo': serverInfo },
    });
  });

  it.each([
    'server/discover',
    'tools/list',
    'prompts/list',
    'resources/list',
    'resources/templates/list',
    'resources/read',
  ])('says that nobody may cache %s', (method) => {
    const result = toModernResult(method, { ttlMs: 9, cacheScope: 'public' }, undefined);
    expect(result).toEqual({ resultType: 'complete', ttlMs: 0, cacheScope: 'private' });
  });

  it.each(['prompts/get', 'completion/complete'])('gives no cache hints for %s', (method) => {
    expect(toModernResult(method, {}, undefined)).toEqual({ resultType: 'complete' });
  });
});
