import { META_KEYS } from '#mcp';
import { afterAll, describe, expect, it } from 'vitest';
import { call, fixtureUpstream, open, request, until } from '../../../test/fixtures/stdio/probe.ts';

const MODERN = { era: 'modern' } as const;

describe('a server that knows no handshake', () => {
  const modern = fixtureUpstream('modern-only.mjs', [], { version: '9.9' });
  afterAll(() => modern.close());

  it('gets the gateway’s envelope with every request, and nothing of the client’s', async () => {
    const asModern = await call(modern, 'meta', {}, MODERN);
    const envelope = {
      [META_KEYS.protocolVersion]: '2026-07-28',
      [META_KEYS.clientCapabilities]: {},
      [META_KEYS.clientInfo]: { name: 'toolgate', version: '9.9' },
    };
    expect(JSON.parse(asModern.text)).toEqual(envelope);
    expect(asModern.result['resultType']).toBe('complete');
    const asLegacy = await request(modern, 1, 'tools/call', { name: 'meta', _meta: { traceparent: '00-1' } })
      .done;
    expect(JSON.parse(asLegacy.text)).toEqual({ ...envelope, traceparent: '00-1' });
    expect(Object.keys(asLegacy.result)).toEqual(['content']);
  });

  it('looks legacy to legacy clients', async () => {
    const params = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'agent', version: '1' },
    };
    const opened = await request(modern, 0, 'initialize', params).done;
    expect(opened.result).toMatchObject({
      protocolVersion: '2025-06-18',
      serverInfo: { name: 'modern fixture' },
      instructions: 'Modern.',
    });
    expect(Object.keys((await request(modern, 1, 'tools/list').done).result)).toEqual(['tools']);
    expect((await request(modern, 2, 'logging/setLevel', { level: 'info' }).done).result).toEqual({});
    expect((await call(modern, 'ask')).failure).toMatchObject({ kind: 'broken', reached: true });
  });

  it('tells its changes', async () => {
    const get = open(modern, 'GET', undefined);
    expect([...(await modern.tools()).keys()]).toEqual(['meta', 'grow']);
    await call(modern, 'grow');
    await until(async () => (await modern.tools()).has('extra_1'));
    expect(get.events).toEqual([{ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }]);
  });
});
