import { describe, expect, it } from 'vitest';
import { JSON_HEADERS } from '../../support/gateway-rig.ts';
import { CALL, guardedRig } from './guarded-rig.ts';
import { sendRaw } from './send-raw.ts';

const guard = guardedRig();

describe('credentials', () => {
  it.each([
    ['none', undefined],
    ['an unknown token', 'Bearer tg_0000000000000000000000000000000000000000000000000'],
    ['a token of another kind', 'Bearer sk-live-1234'],
    ['another scheme', 'Basic dGVzdDp0ZXN0'],
    ['an empty token', 'Bearer '],
  ])('%s: 401 without a hint of an authorization server', async (_, authorization) => {
    const answer = await guard.rig.post(`{${CALL},"params":{"name":"echo"}}`, { authorization });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="toolgate"/);
    expect(answer.headers.get('www-authenticate')).not.toContain('resource_metadata');
    guard.expectNothingArrived();
  });

  it('a token in the address counts for nothing', async () => {
    const response = await fetch(`${guard.rig.url}?token=${guard.rig.token}`, {
      method: 'POST',
      headers: JSON_HEADERS,
      body: '{}',
    });
    expect(response.status).toBe(401);
  });

  it('the grant of another server: 403, and the same for a server that does not exist', async () => {
    for (const server of ['shop', 'no-such-server']) {
      const response = await fetch(guard.rig.url.replace('shop', server), {
        method: 'POST',
        headers: { ...JSON_HEADERS, authorization: `Bearer ${guard.rig.strangerToken}` },
        body: `{${CALL},"params":{"name":"echo"}}`,
      });
      expect(response.status).toBe(403);
    }
    guard.expectNothingArrived();
  });

  it('where clients look for an authorization server there is none: 404', async () => {
    for (const path of ['oauth-protected-resource/mcp/shop', 'oauth-authorization-server']) {
      expect((await fetch(new URL(`/.well-known/${path}`, guard.rig.url))).status).toBe(404);
    }
  });
});

describe('addresses and verbs', () => {
  it.each([
    '/mcp/shop/../other/',
    '/mcp/shop/admin',
    '/mcp/shop//',
    '/mcp/%73hop/',
    '/mcp/SHOP/',
    '//mcp/shop/',
  ])('%s leads nowhere', async (path) => {
    const { status } = await sendRaw(
      guard.rig,
      `POST ${path} HTTP/1.1`,
      [],
      `{${CALL},"params":{"name":"delete_all"}}`,
    );
    expect(status).toBe(404);
    guard.expectNothingArrived();
  });

  it('the query is not passed on', async () => {
    await fetch(`${guard.rig.url}?profile=admin`, {
      method: 'POST',
      headers: { ...JSON_HEADERS, authorization: `Bearer ${guard.rig.token}` },
      body: `{${CALL},"params":{"name":"echo"}}`,
    });
    expect(guard.rig.upstream.arrivals.map(({ path }) => path)).toEqual(['/mcp']);
  });

  it.each(['PUT', 'PATCH', 'OPTIONS', 'HEAD'])('%s: 405', async (method) => {
    const response = await fetch(guard.rig.url, {
      method,
      headers: { authorization: `Bearer ${guard.rig.token}` },
    });
    expect(response.status).toBe(405);
  });

  it('a method override: 400', async () => {
    const answer = await guard.rig.post(`{${CALL},"params":{"name":"echo"}}`, {
      'x-http-method-override': 'DELETE',
    });
    expect(answer.status).toBe(400);
    guard.expectNothingArrived();
  });
});

describe('headers', () => {
  const body = `{${CALL},"params":{"name":"echo"}}`;

  it.each([
    'authorization: Bearer x',
    'content-type: text/plain',
    'mcp-session-id: a',
    'mcp-protocol-version: 2025-06-18',
    'host: evil',
  ])('sent twice: 400 (%s)', async (line) => {
    const [name = ''] = line.split(':');
    const first =
      name === 'authorization' || name === 'content-type' || name === 'host' ? [] : [`${name}: b`];
    const { status } = await sendRaw(guard.rig, 'POST /mcp/shop/ HTTP/1.1', [...first, line], body);
    expect(status).toBe(400);
    guard.expectNothingArrived();
  });

  it.each([
    ['a foreign host name', 'host: evil.example.com', 403],
    ['a rebound name with the right port', 'host: 127.0.0.1.evil.example.com', 403],
  ])('%s', async (_, host, status) => {
    expect((await sendRaw(guard.rig, 'POST /mcp/shop/ HTTP/1.1', [host], body, { host: false })).status).toBe(
      status,
    );
    guard.expectNothingArrived();
  });

  it.each(['https://evil.example.com', 'null', 'http://127.0.0.1.evil.example.com'])(
    'a foreign origin: 403 (%s)',
    async (origin) => {
      expect((await guard.rig.post(body, { origin })).status).toBe(403);
      guard.expectNothingArrived();
    },
  );

  it('mirror headers on legacy traffic are neither read nor passed on', async () => {
    await guard.rig.post(body, { 'mcp-method': 'ping', 'mcp-name': 'delete_all', 'mcp-param-x': '1' });
    const arrived = Object.keys(guard.rig.upstream.arrivals[0]?.headers ?? {});
    expect(arrived.filter((name) => name.startsWith('mcp-'))).toEqual([]);
  });

  it('a protocol header named by Connection is not passed on', async () => {
    await sendRaw(
      guard.rig,
      'POST /mcp/shop/ HTTP/1.1',
      ['connection: close, mcp-protocol-version', 'mcp-protocol-version: 2025-06-18'],
      body,
    );
    expect(guard.rig.upstream.arrivals[0]?.headers['mcp-protocol-version']).toBeUndefined();
  });
});
