import { describe, expect, it } from 'vitest';
import { placeAt } from './places.ts';

const pathAt = (pathname: string): string | undefined => placeAt(pathname)?.place.path;
const asksAt = (address: string): readonly string[] => {
  const { pathname, searchParams } = new URL(address, 'http://127.0.0.1');
  const { place, parts = {} } = placeAt(pathname) ?? {};
  return place?.asks?.(parts, searchParams) ?? [];
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
      expect(found?.place.loadPart?.(found.parts)).toBeUndefined();
    }
  });
});
