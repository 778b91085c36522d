import { describe, expect, it } from 'vitest';
import { checkNotForeign, checkSameSite } from './same-site.ts';

const OURS = 'https://gate.example.com';

function request(headers: Record<string, string>, method = 'POST'): Request {
  return new Request(OURS, { method, headers });
}

describe('a request with a session', () => {
  it.each<[string, Record<string, string>]>([
    ['our origin', { origin: OURS }],
    ['our origin, whatever else a browser says', { origin: OURS, 'sec-fetch-site': 'cross-site' }],
    ['no origin, but a browser that says it is the same', { 'sec-fetch-site': 'same-origin' }],
  ])('may change something from %s', (_, headers) => {
    expect(checkSameSite(request(headers), [OURS])).toBeUndefined();
  });

  it.each<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.example' }],
    ['our host without TLS', { origin: 'http://gate.example.com' }],
    ['a host under ours', { origin: 'https://x.gate.example.com' }],
    ['a page without an origin', { origin: 'null', 'sec-fetch-site': 'same-origin' }],
    ['a neighbouring site', { 'sec-fetch-site': 'same-site' }],
    ['a link', { 'sec-fetch-site': 'none' }],
    ['nowhere', {}],
  ])('may not change something from %s', (_, headers) => {
    expect(checkSameSite(request(headers), [OURS])).toMatchObject({ status: 403 });
  });

  it('may read from anywhere: other sites cannot see the answer', () => {
    expect(checkSameSite(request({ origin: 'https://evil.example' }, 'GET'), [OURS])).toBeUndefined();
  });
});

describe('a request without a session', () => {
  it('is refused when a browser says that it comes from elsewhere, and passes for a script', () => {
    expect(checkNotForeign(request({ origin: 'https://evil.example' }), [OURS])).toMatchObject({
      status: 403,
    });
    expect(checkNotForeign(request({ 'sec-fetch-site': 'cross-site' }), [OURS])).toMatchObject({
      status: 403,
    });
    expect(checkNotForeign(request({}), [OURS])).toBeUndefined();
  });
});
