import { describe, expect, it } from 'vitest';
import { isAllowedHost, isAllowedOrigin, isLoopbackHost, LOOPBACK_HOSTS } from './hosts.ts';

const configured = new Set(['gate.example.com', 'api.example.com:8443', 'https://app.example.com']);

describe('isAllowedHost', () => {
  it.each(['localhost', 'LOCALHOST:8750', '127.0.0.1', '127.0.0.1:1', '[::1]', '[::1]:8750'])(
    'knows %s as loopback',
    (host) => {
      expect(isAllowedHost(host, LOOPBACK_HOSTS)).toBe(true);
    },
  );

  it.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    'evil.localhost',
    'localhost.',
    '127.0.0.1.nip.io',
    '127.0.0.2',
    '0.0.0.0',
    '2130706433',
    '::1',
    '[::1',
    '[::ffff:127.0.0.1]',
    'localhost:',
    'localhost:x',
    'localhost:123456',
    'localhost:80:80',
    'user@localhost',
    'localhost/x',
    'localhost, evil.example',
    ' localhost',
    '__proto__',
  ])('refuses %j as loopback', (host) => {
    expect(isAllowedHost(host, LOOPBACK_HOSTS)).toBe(false);
  });

  it.each([
    ['gate.example.com', true],
    ['gate.example.com:9000', true],
    ['api.example.com:8443', true],
    ['api.example.com', false],
    ['api.example.com:8444', false],
    ['app.example.com', false],
  ])('%s with configured hosts: %s', (host, expected) => {
    expect(isAllowedHost(host, configured)).toBe(expected);
  });
});

describe('isAllowedOrigin', () => {
  it('allows a request that no browser sent', () => {
    expect(isAllowedOrigin(undefined, LOOPBACK_HOSTS)).toBe(true);
  });

  it.each([
    'http://localhost',
    'https://localhost:3000',
    'HTTP://LOCALHOST',
    'http://[::1]:8750',
    'http://127.0.0.1:1',
  ])('knows %s as loopback', (origin) => {
    expect(isAllowedOrigin(origin, LOOPBACK_HOSTS)).toBe(true);
  });

  it.each([
    '',
    'null',
    'localhost',
    'http://evil.example',
    'http://localhost.evil.example',
    'http://localhost@evil.example',
    'http://evil.example#localhost',
    'http://localhost/',
    'http://localhost/path',
    'file://localhost',
    'chrome-extension://localhost',
    'http://localhost, http://evil.example',
    'http://',
  ])('refuses %j as loopback', (origin) => {
    expect(isAllowedOrigin(origin, LOOPBACK_HOSTS)).toBe(false);
  });

  it.each([
    ['https://app.example.com', true],
    ['http://app.example.com', false],
    ['https://app.example.com:444', false],
    ['http://gate.example.com:1', true],
    ['https://api.example.com:8443', true],
    ['https://api.example.com', false],
  ])('%s with configured origins: %s', (origin, expected) => {
    expect(isAllowedOrigin(origin, configured)).toBe(expected);
  });
});

describe('isLoopbackHost', () => {
  it.each([
    ['localhost', true],
    ['[::1]', true],
    ['localhost:80', false],
    ['example.com', false],
  ])('%s: %s', (name, expected) => {
    expect(isLoopbackHost(name)).toBe(expected);
  });
});
