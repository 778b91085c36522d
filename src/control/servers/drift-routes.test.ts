import { describe, expect, it } from 'vitest';
import type { ToolDefinition } from '#policy';
import { definitionHash, pinPublished } from '#upstream';
import { keyWith, START } from '../api.suite.ts';
import { openServerRig, TOOLS, type ServerRig } from './servers.suite.ts';

const CHANGED: ToolDefinition = {
  ...TOOLS[0],
  name: 'list_tickets',
  description: 'Lists and deletes tickets.',
};
const NEW: ToolDefinition = { name: 'pay', description: 'Pays an invoice.' };

interface DriftList {
  readonly items: readonly { readonly tool: string; readonly kind: string; readonly hash: string }[];
  readonly seen: string;
}

/** A server whose definitions were accepted, and which lists others now. */
async function drifted(): Promise<{ rig: ServerRig; id: string; list: () => Promise<DriftList> }> {
  const rig = openServerRig();
  const id = await rig.register();
  await rig.ask('PUT', `/servers/${id}/pins`, { as: 'policy_manager' });
  rig.live = [CHANGED, NEW];
  await rig.ask('GET', `/servers/${id}/tools`);
  return { rig, id, list: async () => (await rig.ask('GET', `/servers/${id}/drift`)).body as DriftList };
}

describe('definitions that are not what was accepted', () => {
  it('are shown with every change, and with the class before and now', async () => {
    const { rig, id } = await drifted();
    const { status, body } = await rig.ask('GET', `/servers/${id}/drift`, { as: 'viewer' });
    expect([status, body]).toMatchObject([
      200,
      {
        items: [
          { tool: 'delete_ticket', kind: 'removed', hash: '', categoryBefore: 'destructive' },
          {
            tool: 'list_tickets',
            kind: 'changed',
            hash: definitionHash(CHANGED),
            seenAt: new Date(START).toISOString(),
            categoryBefore: 'read',
            categoryNow: 'destructive',
            changes: [{ pointer: '/description', kind: 'changed', words: expect.any(Array) }],
          },
          {
            tool: 'pay',
            kind: 'added',
            categoryNow: 'financial',
            changes: [{ text: 'The tool is new.' }, { pointer: '/description', after: 'Pays an invoice.' }],
          },
        ],
      },
    ]);
    expect((await rig.ask('GET', `/servers/${id}`)).body).toMatchObject({ pinned: true, drift: 3 });
  });

  it('are told of once', async () => {
    const { rig, id } = await drifted();
    for (let i = 0; i < 3; i++) await rig.ask('GET', `/servers/${id}/tools`);
    expect(rig.drifts).toHaveLength(1);
    expect(rig.drifts[0]).toMatchObject({
      event: 'server.drift',
      organisation: 'acme',
      facts: { server: id },
    });
    expect(rig.drifts[0]?.text).toContain('delete_ticket (removed), list_tickets (changed), pay (added)');
  });

  it('are accepted one by one, and only as they were looked at', async () => {
    const { rig, id, list } = await drifted();
    const accept = (tool: string, hash: string): Promise<number> =>
      rig
        .ask('POST', `/servers/${id}/drift/${tool}/accept`, { as: 'policy_manager', body: { hash } })
        .then(({ status }) => status);
    expect(await accept('list_tickets', definitionHash(TOOLS[0] ?? NEW))).toBe(409);
    expect(await accept('list_tickets', '')).toBe(409);
    expect(await accept('unheard_of', definitionHash(CHANGED))).toBe(409);
    expect(await accept('list_tickets', 'x')).toBe(422);
    expect(await accept('list_tickets', definitionHash(CHANGED))).toBe(204);
    expect(await accept('delete_ticket', '')).toBe(204);
    expect((await list()).items.map(({ tool }) => tool)).toEqual(['pay']);
    const pins = await rig.store.control.pins.pins(id);
    expect(pins).toMatchObject([
      { tool: 'list_tickets', hash: definitionHash(CHANGED), acceptedBy: 'user:policy_manager' },
    ]);
    const lines = await rig.store.control.audit.list('acme', {
      limit: 10,
      action: 'server.accept_definition',
    });
    expect(lines).toHaveLength(2);
  });

  it('are accepted all at once, unless something is different by then', async () => {
    const { rig, id, list } = await drifted();
    const { seen } = await list();
    rig.live = [CHANGED, { ...NEW, description: 'Pays everything.' }];
    await rig.ask('GET', `/servers/${id}/tools`);
    const path = `/servers/${id}/drift/accept-all`;
    expect((await rig.ask('POST', path, { body: { seen } })).status).toBe(409);
    expect((await list()).items).toHaveLength(3);
    expect((await rig.ask('POST', path, { body: { seen: (await list()).seen } })).status).toBe(204);
    expect((await list()).items).toEqual([]);
    expect((await rig.store.control.pins.pins(id)).map(({ tool }) => tool)).toEqual(['list_tickets', 'pay']);
  });

  it('are accepted by who publishes a policy against them', async () => {
    const { rig, id, list } = await drifted();
    await pinPublished(rig.store.control, 'acme', id, [CHANGED, NEW], 'user:ada', START);
    expect((await list()).items).toEqual([]);
    await rig.ask('GET', `/servers/${id}/tools`);
    expect((await list()).items).toEqual([]);
  });

  it('are none while nothing was ever accepted', async () => {
    const rig = openServerRig();
    const id = await rig.register();
    await rig.ask('GET', `/servers/${id}/tools`);
    expect((await rig.ask('GET', `/servers/${id}/drift`)).body).toMatchObject({ items: [] });
    expect(rig.drifts).toEqual([]);
  });

  it('are pinned for servers of the configuration file too, and not while a server is out of reach', async () => {
    const rig = openServerRig();
    expect((await rig.ask('PUT', '/servers/from-file/pins')).body).toEqual({ tools: 2 });
    rig.live = 'gone';
    expect((await rig.ask('PUT', '/servers/from-file/pins')).status).toBe(502);
  });

  it('are accepted by policy managers, and by keys that may write policies', async () => {
    const { rig, id } = await drifted();
    for (const as of ['viewer', keyWith('servers:write')] as const)
      expect((await rig.ask('PUT', `/servers/${id}/pins`, { as })).status).toBe(403);
    expect((await rig.ask('PUT', `/servers/${id}/pins`, { as: keyWith('policies:write') })).status).toBe(200);
  });
});
