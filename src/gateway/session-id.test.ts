import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openRequestId, openSession, sealRequestId, sealSession } from './session-id.ts';

const key = new Uint8Array(32).fill(1);
const owner = { grantId: 'grant-1', serverId: 'shop' };

describe('a session id', () => {
  it('opens to what was sealed, whatever the server calls its session', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 200 }),
        fc.constantFrom('2025-03-26', '2025-11-25'),
        (upstream, revision) => {
          const id = sealSession({ upstream, revision }, owner, key);
          expect(id).toMatch(/^[\x21-\x7e]+$/);
          expect(openSession(id, owner, key)).toEqual({ upstream, revision });
        },
      ),
    );
  });

  it.each([
    ['another grant', { ...owner, grantId: 'grant-2' }, key],
    ['another server', { ...owner, serverId: 'other' }, key],
    ['another key', owner, new Uint8Array(32).fill(2)],
  ])('does not open for %s', (_, other, otherKey) => {
    const id = sealSession({ upstream: 's', revision: '2025-11-25' }, owner, key);
    expect(openSession(id, other, otherKey)).toBeUndefined();
  });

  it('does not open after any change of a single character', () => {
    const id = sealSession({ upstream: 'abc', revision: '2025-11-25' }, owner, key);
    for (let at = 0; at < id.length; at++) {
      const changed = `${id.slice(0, at)}${id[at] === 'A' ? 'B' : 'A'}${id.slice(at + 1)}`;
      expect(openSession(changed, owner, key)).toBeUndefined();
    }
  });

  it('of any other text does not open', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(openSession(text, owner, key)).toBeUndefined();
        expect(openSession(`tgs1.${text}`, owner, key)).toBeUndefined();
      }),
    );
  });
});

describe('the id of a request that a server makes', () => {
  it('opens to the same number or text, in its session and for its grant alone', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 50 }), fc.integer()),
        fc.constantFrom('session-a', undefined),
        (id, session) => {
          const sealed = sealRequestId(id, session, owner, key);
          expect(openRequestId(sealed, session, owner, key)).toBe(id);
          expect(openRequestId(sealed, 'session-b', owner, key)).toBeUndefined();
          expect(openRequestId(sealed, session, { ...owner, grantId: 'grant-2' }, key)).toBeUndefined();
          expect(openRequestId(sealed, session, { ...owner, serverId: 'other' }, key)).toBeUndefined();
        },
      ),
    );
  });

  it('that was never handed out does not open', () => {
    expect(openRequestId(7, 'session-a', owner, key)).toBeUndefined();
    const forged = 'tgr1.Nw.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    expect(openRequestId(forged, 'session-a', owner, key)).toBeUndefined();
  });
});
