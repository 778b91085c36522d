import { describe, expect, it } from 'vitest';
import { asksOf, placeAt } from './places.ts';

const pathAt = (pathname: string): string | undefined => placeAt(pathname)?.place.path;
const asksAt = (address: string): readonly string[] => {
  const { pathname, searchParams } = new URL(address, 'http://127.0.0.1');
  const opened = placeAt(pathname);
  return opened ? asksOf(opened, searchParams) : [];
};

describe('places', () => {
  it('are found by their paths', () => {
    expect(pathAt('/app/')).toBe('/');
    expect(pathAt('/app')).toBe('/');
    expect(pathAt('/app/start/tools')).toBe('/start/*?');
    expect(pathAt('/app/servers')).toBe('/servers');
    expect(pathAt('/app/servers/a')).toBe('/servers/:server/:tab?');
    expect(pathAt('/app/servers/a/tools/')).toBe('/servers/:server/:tab?');
    expect(pathAt('/app/servers/a/policies/main')).toBe('/servers/:server/policies/:policy');
    expect(pathAt('/app/servers/a/b/c')).toBeUndefined();
    expect(placeAt('/app/sign-up')?.isInside).toBe(false);
  });

  it('ask first for what they show, of what the address names', () => {
    expect(asksAt('/app/servers/a%2Fb/tools')).toEqual(['/servers/a%2Fb', '/servers/a%2Fb/tools?limit=1000']);
    const [policies, grants] = ['/servers/a/policies?limit=200', '/grants?server=a&limit=200'];
    expect(asksAt('/app/servers/a')).toEqual(['/servers/a', policies, grants, '/servers/a/tools?limit=1000']);
    expect(asksAt('/app/servers/a/grants')).toEqual(['/servers/a', grants, policies]);
    expect(asksAt('/app/servers/a/settings')).toEqual(['/servers/a']);
    expect(asksAt('/app/settings/webhooks')).toEqual(['/webhooks?limit=200']);
    expect(asksAt('/app/start')).toEqual(['/servers?limit=200']);
    expect(asksAt('/app/start/mail/send?server=a%26b')).toEqual(['/servers/a%26b']);
    const policy = '/servers/a/policies/main';
    const version = ['/servers/a/policies/main/versions/3'];
    const tools = '/servers/a/tools?limit=1000';
    expect(asksAt(`/app${policy}`)).toEqual([policy, tools]);
    expect(asksAt(`/app${policy}?version=3`)).toEqual([policy, ...version, tools]);
    expect(asksAt(`/app${policy}?version=../3`)).toEqual([policy, tools]);
    expect(asksAt('/app/logs')).toEqual(['/logs?limit=100', '/servers?limit=200']);
  });

  it('ask for nothing ahead that depends on more than the path', () => {
    expect(asksAt('/app/logs?tool=pay')).toEqual(['/servers?limit=200']);
    expect(asksAt('/app/settings/audit?actor=a')).toEqual([]);
  });

  it('take a name for a tab only where there is one', () => {
    for (const tab of ['__proto__', 'constructor', 'toString', 'no-such-tab']) {
      const found = placeAt(`/app/servers/a/${tab}`);
      expect(found?.place.tab?.(found.parts)).toBeUndefined();
    }
  });
});
