import type { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Invitation, Member, OrganisationStore } from './control-ports.ts';
import type { Store } from './ports.ts';

const NOW = 1_700_000_000_000;
const DAY = 86_400_000;
const ACME = { id: 'acme', name: 'Acme', createdAt: NOW };
const OTHER = { id: 'other', name: 'Other', createdAt: NOW - 1 };

function member(user: string, changes: Partial<Member> = {}): Member {
  return { user, role: 'viewer', isApprover: false, createdAt: NOW, ...changes };
}
const admin = (user: string): Member => member(user, { role: 'admin' });

function invitation(id: string, changes: Partial<Invitation> = {}): Invitation {
  return {
    id,
    email: 'new@example.com',
    role: 'policy_manager',
    isApprover: true,
    invitedBy: 'user:ada',
    createdAt: NOW,
    expiresAt: NOW + DAY,
    acceptedAt: undefined,
    revokedAt: undefined,
    ...changes,
  };
}

/** An account, as the library for sign-in makes it. */
async function addAccount({ control }: Store, id: string, name: string, email: string): Promise<void> {
  const { db, dialect } = control.identity;
  const accounts = db as Kysely<{ users: Record<string, string | number | boolean> }>;
  const at = new Date(NOW).toISOString();
  const emailVerified = dialect === 'sqlite' ? 1 : true;
  await accounts
    .insertInto('users')
    .values({ id, name, email, emailVerified, createdAt: at, updatedAt: at })
    .execute();
}

/**
 * What every driver's `OrganisationStore` must do. `open` gives two openers of a new, empty store, or the same one twice where
 * nobody else can open it.
 */
export function organisationSuite(open: () => Promise<readonly [Store, Store]>): void {
  describe('OrganisationStore', () => {
    let stores: readonly [Store, Store];
    let organisations: OrganisationStore;
    let elsewhere: OrganisationStore;
    beforeEach(async () => {
      stores = await open();
      [organisations, elsewhere] = [stores[0].control.organisations, stores[1].control.organisations];
      await organisations.create(ACME, admin('ada'));
    });
    afterEach(() => Promise.all(stores.map((store) => store.close())));

    async function roles(organisation = 'acme'): Promise<Record<string, string>> {
      const members = await organisations.members(organisation);
      return Object.fromEntries(members.map(({ user, role }) => [user, role]));
    }

    describe('organisations', () => {
      it('begins with the organisation and its first admin', async () => {
        expect(await elsewhere.find('acme')).toEqual(ACME);
        expect(await elsewhere.count()).toBe(1);
        expect(await roles()).toEqual({ ada: 'admin' });
        expect(await organisations.find('nobody')).toBeUndefined();
      });

      it('refuses an id that is taken, and leaves what is there alone', async () => {
        const again = organisations.create({ ...ACME, name: 'Thieves' }, admin('eve'));
        await expect(again).rejects.toMatchObject({ code: 'organisation.exists' });
        expect(await organisations.find('acme')).toEqual(ACME);
        expect(await roles()).toEqual({ ada: 'admin' });
      });

      it('gives one of two that want the same id at once', async () => {
        const settled = await Promise.allSettled([
          organisations.create(OTHER, admin('bea')),
          elsewhere.create(OTHER, admin('cem')),
        ]);
        expect(settled.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
        expect(Object.keys(await roles('other'))).toHaveLength(1);
      });

      it('makes no organisation whose founder cannot be stored', async () => {
        const failed = organisations.create(OTHER, admin('nul\0'));
        await expect(failed).rejects.toMatchObject({ code: 'store.text' });
        expect(await organisations.find('other')).toBeUndefined();
        expect(await organisations.count()).toBe(1);
      });

      it('renames one organisation, to any text', async () => {
        await organisations.create(OTHER, admin('bea'));
        await organisations.rename('acme', "Ąćmé '; DROP TABLE members; -- 🐘");
        expect((await elsewhere.find('acme'))?.name).toBe("Ąćmé '; DROP TABLE members; -- 🐘");
        expect(await organisations.find('other')).toEqual(OTHER);
        await expect(organisations.rename('acme', '\ud800')).rejects.toMatchObject({ code: 'store.text' });
      });

      it('knows the organisations of a person, oldest first', async () => {
        await organisations.create(OTHER, admin('bea'));
        await organisations.addMember('other', member('ada', { isApprover: true, createdAt: NOW + 5 }));
        expect(await organisations.ofUser('ada')).toEqual([
          { organisation: OTHER, member: member('ada', { isApprover: true, createdAt: NOW + 5 }) },
          { organisation: ACME, member: admin('ada') },
        ]);
        expect(await organisations.ofUser('nobody')).toEqual([]);
      });
    });

    describe('members', () => {
      it('shows members with name and address of their accounts, oldest first', async () => {
        await addAccount(stores[0], 'ada', 'Ada L.', 'ada@example.com');
        await organisations.addMember('acme', member('bea', { createdAt: NOW - 5 }));
        const ada = { ...admin('ada'), name: 'Ada L.', email: 'ada@example.com' };
        // Whose account is gone is a member still, and can be seen to be removed.
        const bea = { ...member('bea', { createdAt: NOW - 5 }), name: '', email: '' };
        expect(await elsewhere.members('acme')).toEqual([bea, ada]);
        expect(await elsewhere.member('acme', 'ada')).toEqual(ada);
        expect(await elsewhere.member('acme', 'nobody')).toBeUndefined();
      });

      it('refuses to make a member twice, and a member of nothing', async () => {
        const twice = organisations.addMember('acme', member('ada'));
        await expect(twice).rejects.toMatchObject({ code: 'member.exists' });
        expect(await roles()).toEqual({ ada: 'admin' });
        const ofNothing = organisations.addMember('nothing', member('ada'));
        await expect(ofNothing).rejects.toMatchObject({ code: 'organisation.missing' });
      });

      it('changes role and right each alone', async () => {
        await organisations.addMember('acme', member('bea'));
        expect(await organisations.changeMember('acme', 'bea', { isApprover: true })).toBe(true);
        expect(await organisations.member('acme', 'bea')).toMatchObject({ role: 'viewer', isApprover: true });
        expect(await organisations.changeMember('acme', 'bea', { role: 'admin' })).toBe(true);
        expect(await organisations.member('acme', 'bea')).toMatchObject({ role: 'admin', isApprover: true });
        expect(await organisations.changeMember('acme', 'nobody', { role: 'admin' })).toBe(false);
      });

      it('removes a member once', async () => {
        await organisations.addMember('acme', member('bea'));
        expect(await organisations.removeMember('acme', 'bea')).toBe(true);
        expect(await organisations.removeMember('acme', 'bea')).toBe(false);
        expect(await roles()).toEqual({ ada: 'admin' });
      });

      it('keeps the last admin, who may take other rights all the same', async () => {
        await organisations.addMember('acme', member('bea', { role: 'policy_manager' }));
        await expect(organisations.removeMember('acme', 'ada')).rejects.toMatchObject({
          code: 'member.last_admin',
        });
        await expect(organisations.changeMember('acme', 'ada', { role: 'viewer' })).rejects.toMatchObject({
          code: 'member.last_admin',
        });
        expect(await organisations.changeMember('acme', 'ada', { role: 'admin', isApprover: true })).toBe(
          true,
        );
        expect(await roles()).toEqual({ ada: 'admin', bea: 'policy_manager' });
      });

      it('does not count the admins of another organisation', async () => {
        await organisations.create(OTHER, admin('bea'));
        await expect(organisations.removeMember('acme', 'ada')).rejects.toMatchObject({
          code: 'member.last_admin',
        });
      });

      it.each(['demote', 'remove'] as const)('keeps one of two admins who %s each other', async (what) => {
        const act = (store: OrganisationStore, user: string): Promise<boolean> =>
          what === 'remove'
            ? store.removeMember('acme', user)
            : store.changeMember('acme', user, { role: 'viewer' });
        for (let round = 0; round < 10; round++) {
          for (const user of ['ada', 'bea']) {
            await organisations.addMember('acme', admin(user)).catch(() => {});
            await organisations.changeMember('acme', user, { role: 'admin' });
          }
          const settled = await Promise.allSettled([act(organisations, 'bea'), act(elsewhere, 'ada')]);
          expect(settled.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
          expect(settled.find((one) => one.status === 'rejected')).toMatchObject({
            reason: { code: 'member.last_admin' },
          });
          expect(Object.values(await roles()).filter((role) => role === 'admin')).toHaveLength(1);
        }
      });
    });

    describe('invitations', () => {
      it('finds the open invitation behind a token, and no other', async () => {
        await organisations.invite('acme', invitation('i1'), 'hash 1');
        await organisations.invite('acme', invitation('i2', { revokedAt: NOW }), 'hash 2');
        await organisations.invite('acme', invitation('i3', { acceptedAt: NOW }), 'hash 3');
        expect(await elsewhere.invitationBehind('hash 1', NOW)).toEqual({
          organisation: ACME,
          invitation: invitation('i1'),
        });
        expect(await elsewhere.invitationBehind('hash 1', NOW + DAY - 1)).toBeDefined();
        expect(await elsewhere.invitationBehind('hash 1', NOW + DAY)).toBeUndefined();
        for (const hash of ['hash 2', 'hash 3', '', 'i1']) {
          expect(await elsewhere.invitationBehind(hash, NOW)).toBeUndefined();
        }
        expect((await elsewhere.invitations('acme')).map((one) => one.id)).toEqual(['i1', 'i2', 'i3']);
      });

      it('makes a member of who accepts', async () => {
        await organisations.invite('acme', invitation('i1'), 'hash');
        const bea = member('bea', { role: 'policy_manager', isApprover: true });
        expect(await elsewhere.acceptInvitation('i1', bea, NOW + 1)).toBe(true);
        expect(await organisations.member('acme', 'bea')).toMatchObject(bea);
        expect(await organisations.invitations('acme')).toEqual([invitation('i1', { acceptedAt: NOW + 1 })]);
        expect(await organisations.revokeInvitation('acme', 'i1', NOW + 2)).toBe(false);
      });

      it('is accepted by one of many who hold its link', async () => {
        await organisations.invite('acme', invitation('i1'), 'hash');
        const accepted = await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            (i % 2 === 0 ? organisations : elsewhere).acceptInvitation('i1', member(`user ${i}`), NOW),
          ),
        );
        expect(accepted.filter(Boolean)).toHaveLength(1);
        expect(Object.keys(await roles())).toHaveLength(2);
      });

      it('makes nobody a member once it is revoked or over', async () => {
        await organisations.invite('acme', invitation('i1'), 'hash');
        expect(await organisations.acceptInvitation('i1', member('bea'), NOW + DAY)).toBe(false);
        expect(await organisations.revokeInvitation('acme', 'i1', NOW + 1)).toBe(true);
        expect(await organisations.revokeInvitation('acme', 'i1', NOW + 2)).toBe(false);
        expect(await organisations.acceptInvitation('i1', member('bea'), NOW + 2)).toBe(false);
        expect(await organisations.acceptInvitation('nothing', member('bea'), NOW)).toBe(false);
        expect(await roles()).toEqual({ ada: 'admin' });
      });

      it('stays open when a member accepts it', async () => {
        await organisations.invite('acme', invitation('i1'), 'hash');
        const accepted = organisations.acceptInvitation('i1', member('ada'), NOW);
        await expect(accepted).rejects.toMatchObject({ code: 'member.exists' });
        expect(await organisations.invitationBehind('hash', NOW)).toBeDefined();
        expect(await roles()).toEqual({ ada: 'admin' });
      });
    });

    it('shows and changes nothing of another organisation', async () => {
      await organisations.create(OTHER, admin('bea'));
      await organisations.invite('acme', invitation('i1'), 'hash');
      expect(await organisations.member('other', 'ada')).toBeUndefined();
      expect(await roles('other')).toEqual({ bea: 'admin' });
      expect(await organisations.invitations('other')).toEqual([]);
      expect(await organisations.changeMember('other', 'ada', { role: 'viewer' })).toBe(false);
      expect(await organisations.removeMember('other', 'ada')).toBe(false);
      expect(await organisations.revokeInvitation('other', 'i1', NOW)).toBe(false);
      expect(await roles()).toEqual({ ada: 'admin' });
      expect(await organisations.invitationBehind('hash', NOW)).toBeDefined();
    });
  });
}
