import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openEventId, sealEventId } from './event-id.ts';

const key = new Uint8Array(32).fill(1);
const owner = { grantId: 'grant-1', serverId: 'shop' };
const session = 'tgs1.session-a';

describe('an event id', () => {
  it('opens to the same place, whatever the server calls its events, and fits a header', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.option(fc.string(), { nil: undefined }), (id, tool) => {
        const sealed = sealEventId({ id, tool }, session, owner, key) ?? '';
        expect(sealed).toMatch(/^tge1\.[\w.-]+$/);
        const opened = openEventId(sealed, session, owner, key);
        expect(opened).toEqual({ id, tool });
      }),
    );
  });

  it.each([
    ['another session', 'tgs1.session-b', owner, key],
    ['no session', undefined, owner, key],
    ['another grant', session, { ...owner, grantId: 'grant-2' }, key],
    ['another server', session, { ...owner, serverId: 'other' }, key],
    ['another key', session, owner, new Uint8Array(32).fill(2)],
  ])('does not open for %s', (_, otherSession, other, otherKey) => {
    const sealed = sealEventId({ id: '7', tool: undefined }, session, owner, key) ?? '';
    expect(openEventId(sealed, session, owner, key)).toEqual({ id: '7', tool: undefined });
    expect(openEventId(sealed, otherSession, other, otherKey)).toBeUndefined();
  });

  it('of any other text does not open', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(openEventId(text, session, owner, key)).toBeUndefined();
        expect(openEventId(`tge1.${text}`, session, owner, key)).toBeUndefined();
      }),
    );
  });

  it('that is too long to come back in a header is not handed out', () => {
    expect(sealEventId({ id: 'x'.repeat(2_048), tool: undefined }, session, owner, key)).toBeDefined();
    expect(sealEventId({ id: 'x'.repeat(2_049), tool: undefined }, session, owner, key)).toBeUndefined();
  });
});
