import { describe, expect, it } from 'vitest';
import { classify, type EraContext } from './era.ts';
import type { JsonObject, JsonRpcMessage } from './message.ts';

const VERSION = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const MODERN = '2026-07-28';

const request = (params?: JsonObject, method = 'tools/list'): JsonRpcMessage => ({
  kind: 'request',
  id: 9,
  method,
  params,
});
const claiming = (version: JsonObject[string], capabilities: JsonObject[string] = {}): JsonRpcMessage =>
  request({ _meta: { [VERSION]: version, [CAPABILITIES]: capabilities } });
const response: JsonRpcMessage = { kind: 'response', id: 9, result: {}, error: undefined };
const notification = (meta?: JsonObject): JsonRpcMessage => ({
  kind: 'notification',
  method: 'notifications/cancelled',
  params: meta === undefined ? undefined : { _meta: meta },
});

const context = (change: Partial<EraContext> = {}): EraContext => ({
  protocolVersionHeader: undefined,
  sessionRevision: undefined,
  hasSession: false,
  knownModern: [MODERN],
  ...change,
});
const inSession = (sessionRevision: string, protocolVersionHeader?: string): EraContext =>
  context({ hasSession: true, sessionRevision, protocolVersionHeader });
const headed = (protocolVersionHeader: string): EraContext => context({ protocolVersionHeader });

describe('classify', () => {
  it.each([
    ['a claim with an equal header', claiming(MODERN), headed(MODERN)],
    ['whitespace around the header', claiming(MODERN), headed(` ${MODERN}\t`)],
    ['a session beside a modern claim', claiming(MODERN), inSession('2025-11-25', MODERN)],
    [
      'an unknown session beside a modern claim',
      claiming(MODERN),
      context({ hasSession: true, protocolVersionHeader: MODERN }),
    ],
    ['a claimed notification without header', notification({ [VERSION]: MODERN }), context()],
    ['a bare notification under a modern header', notification(), headed(MODERN)],
    ['a bare notification on a modern connection', notification(), inSession(MODERN)],
  ])('is modern for %s', (_, message, surroundings) => {
    expect(classify(message, surroundings)).toEqual({ ok: true, era: 'modern', revision: MODERN });
  });

  it.each([
    ['no header and no session', request(), context(), '2025-03-26'],
    ['empty _meta', request({ _meta: {} }), context(), '2025-03-26'],
    ['_meta with a progress token', request({ _meta: { progressToken: 1 } }), context(), '2025-03-26'],
    ['a legacy header without session', request(), headed('2025-11-25'), '2025-11-25'],
    ['a session without header', request(), inSession('2025-06-18'), '2025-06-18'],
    ['a session with an equal header', request(), inSession('2025-11-25', '2025-11-25'), '2025-11-25'],
    ['a response inside a session', response, inSession('2025-11-25'), '2025-11-25'],
    ['a notification inside a session', notification(), inSession('2024-11-05'), '2024-11-05'],
    [
      'initialize for 2024-11-05',
      request({ protocolVersion: '2024-11-05' }, 'initialize'),
      context(),
      '2024-11-05',
    ],
    [
      'initialize beside another legacy header',
      request({ protocolVersion: '2025-06-18' }, 'initialize'),
      headed('2025-03-26'),
      '2025-06-18',
    ],
    [
      'initialize for an unknown revision',
      request({ protocolVersion: '1999-01-01' }, 'initialize'),
      context(),
      '2025-11-25',
    ],
    [
      'bare initialize for the modern revision',
      request({ protocolVersion: MODERN }, 'initialize'),
      context(),
      '2025-11-25',
    ],
  ])('is legacy for %s', (_, message, surroundings, revision) => {
    expect(classify(message, surroundings)).toEqual({ ok: true, era: 'legacy', revision });
  });

  it.each([
    ['a claim without header', claiming(MODERN), context(), 400, -32020],
    ['a claim under a legacy header', claiming(MODERN), headed('2025-11-25'), 400, -32020],
    [
      'a modern claim inside a legacy session',
      claiming(MODERN),
      inSession('2025-11-25', '2025-11-25'),
      400,
      -32020,
    ],
    [
      'a modern claim inside a legacy session without header',
      claiming(MODERN),
      inSession('2025-11-25'),
      400,
      -32020,
    ],
    [
      'a claimed notification under another header',
      notification({ [VERSION]: MODERN }),
      headed('2025-11-25'),
      400,
      -32020,
    ],
    ['an unknown modern claim', claiming('2027-01-01'), headed('2027-01-01'), 400, -32022],
    [
      'an unknown modern claim under another header',
      claiming('2027-01-01'),
      headed('2025-11-25'),
      400,
      -32020,
    ],
    ['a legacy revision as claim', claiming('2025-11-25'), headed('2025-11-25'), 400, -32022],
    ['an empty claim', claiming(''), headed(MODERN), 400, -32020],
    ['a claim that is a number', claiming(20260728), headed(MODERN), 400, -32602],
    ['a claim that is null', claiming(null), headed('2025-11-25'), 400, -32602],
    ['a claim that is an array', claiming([MODERN]), headed(MODERN), 400, -32602],
    ['missing capabilities', request({ _meta: { [VERSION]: MODERN } }), headed(MODERN), 400, -32602],
    ['capabilities that are null', claiming(MODERN, null), headed(MODERN), 400, -32602],
    ['capabilities that are an array', claiming(MODERN, []), headed(MODERN), 400, -32602],
    ['a modern header without claim', request(), headed(MODERN), 400, -32602],
    [
      'a modern header without claim inside a session',
      request(),
      inSession('2025-11-25', MODERN),
      400,
      -32602,
    ],
    [
      'bare initialize under a modern header',
      request({ protocolVersion: '2025-11-25' }, 'initialize'),
      headed(MODERN),
      400,
      -32602,
    ],
    ['an envelope that lost its claim', request({ _meta: { [CAPABILITIES]: {} } }), context(), 400, -32602],
    ['an unclaimed request on a modern connection', request(), inSession(MODERN), 400, -32602],
    ['a response under a modern header', response, headed(MODERN), 400, -32600],
    ['a response on a modern connection', response, inSession(MODERN), 400, -32600],
    ['an unknown header', request(), headed('1999-01-01'), 400, -32600],
    ['an empty header', request(), headed(''), 400, -32600],
    ['a joined header', request(), headed('2025-11-25, 2025-11-25'), 400, -32600],
    [
      'initialize under an unknown header',
      request({ protocolVersion: '2025-11-25' }, 'initialize'),
      headed('x'),
      400,
      -32600,
    ],
    ['initialize without a version', request({}, 'initialize'), context(), 400, -32602],
    [
      'initialize with a numeric version',
      request({ protocolVersion: 1 }, 'initialize'),
      context(),
      400,
      -32602,
    ],
    ['an older header inside a session', request(), inSession('2025-11-25', '2025-03-26'), 400, -32600],
    ['an unknown session', request(), context({ hasSession: true }), 404, -32600],
  ])('refuses %s', (_, message, surroundings, httpStatus, code) => {
    const result = classify(message, surroundings);
    expect(result).toMatchObject({ ok: false, refusal: { httpStatus, code } });
    if (!result.ok) expect(result.refusal.id).toBe(message.kind === 'notification' ? undefined : 9);
  });

  it('names the versions on offer and the one asked for', () => {
    const result = classify(claiming('2027-01-01'), headed('2027-01-01'));
    expect(result).toMatchObject({ refusal: { data: { supported: [MODERN], requested: '2027-01-01' } } });
  });

  it('offers nothing modern where the server has nothing modern', () => {
    const result = classify(claiming(MODERN), { ...headed(MODERN), knownModern: [] });
    expect(result).toMatchObject({ refusal: { code: -32022, data: { supported: [] } } });
    // Still no downgrade of an unclaimed request under a modern header.
    expect(classify(request(), { ...headed(MODERN), knownModern: [] })).toMatchObject({
      refusal: { code: -32602 },
    });
  });
});
