import { describe, expect, it } from 'vitest';
import { clientAddress, isWithin, rangesOf } from './client-address.ts';

function from(remoteAddress: string, forwarded?: string): Parameters<typeof clientAddress>[0] {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { socket: { remoteAddress }, headers } as Parameters<typeof clientAddress>[0];
}

const proxies = rangesOf(['10.0.0.0/8', '2001:db8::/32']);

describe('the address of a client', () => {
  it.each([
    ['of a plain connection', '192.0.2.7', undefined, '192.0.2.7'],
    ['of IPv4 over an IPv6 socket', '::ffff:192.0.2.7', undefined, '192.0.2.7'],
    ['that nobody vouches for is the connection’s', '192.0.2.7', '203.0.113.9', '192.0.2.7'],
    ['that a proxy tells', '10.1.2.3', '203.0.113.9', '203.0.113.9'],
    ['that a proxy tells over IPv6', '2001:db8::5', '203.0.113.9', '203.0.113.9'],
    ['behind several proxies', '10.1.2.3', '203.0.113.9, 10.9.9.9, 2001:db8::1', '203.0.113.9'],
    ['is not what the client itself put before it', '10.1.2.3', '127.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['with a port', '10.1.2.3', '203.0.113.9:4711', '203.0.113.9'],
    ['with brackets and a port', '10.1.2.3', '[2001:db9::1]:443', '2001:db9::1'],
    ['that is nonsense cannot be told', '10.1.2.3', '203.0.113.9, unknown', undefined],
    ['that is empty between two commas cannot be told', '10.1.2.3', '203.0.113.9, ', undefined],
    ['of a proxy that calls for itself', '10.1.2.3', undefined, '10.1.2.3'],
    ['where all are proxies is the farthest', '10.1.2.3', '10.0.0.9, 10.0.0.8', '10.0.0.9'],
  ])('%s', (_, peer, forwarded, expected) => {
    expect(clientAddress(from(peer, forwarded), proxies)).toBe(expected);
  });

  it('is the connection’s where no proxy is trusted', () => {
    expect(clientAddress(from('10.1.2.3', '203.0.113.9'), undefined)).toBe('10.1.2.3');
  });
});

describe('ranges of addresses', () => {
  it.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['2001:db8::/32', '2001:db8:1::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['0.0.0.0/0', '203.0.113.1', true],
    ['0.0.0.0/0', '2001:db8::1', false],
  ])('%s and %s', (range, address, expected) => {
    expect(isWithin(address, rangesOf([range]))).toBe(expected);
  });

  it.each(['', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0/8', '10.0.0.0/8/8', 'everybody', '::/129', '0.0.0.0/'])(
    'that are none hold nobody: %j',
    (range) => {
      expect(isWithin('10.0.0.1', rangesOf([range]))).toBe(false);
      expect(isWithin('::1', rangesOf([range]))).toBe(false);
    },
  );
});
