import { describe, expect, it } from 'vitest';
import { DECLARED, HTTP, openServerRig, STDIO, TOOLS } from './servers.suite.ts';

describe('checking a connection', () => {
  it('tells era, revision, number of tools and time, of one that is not saved', async () => {
    const rig = openServerRig();
    rig.outcome = {
      ok: true,
      era: 'legacy',
      revision: '2025-06-18',
      tools: TOOLS,
      latencyMs: 12.6,
      server: { name: 'tickets', version: '3' },
    };
    const checked = await rig.ask('POST', '/servers/check', { body: { connection: HTTP } });
    expect(checked).toMatchObject({ status: 200 });
    expect(checked.body).toEqual({
      ok: true,
      era: 'legacy',
      revision: '2025-06-18',
      tools: 2,
      latencyMs: 13,
      server: { name: 'tickets', version: '3' },
    });
    expect(rig.probed).toEqual([{ connection: HTTP, server: undefined }]);
    expect(await rig.store.control.servers.all()).toEqual([]);
  });

  it('tells why it fails, and what to do', async () => {
    const rig = openServerRig();
    rig.outcome = { ok: false, reason: 'Nobody is there.', hint: 'See the address.', latencyMs: 1 };
    const id = await rig.register();
    const checked = await rig.ask('POST', `/servers/${id}/check`, { as: 'policy_manager' });
    expect(checked.body).toEqual({
      ok: false,
      latencyMs: 1,
      reason: 'Nobody is there.',
      hint: 'See the address.',
    });
    expect(rig.probed).toEqual([
      { connection: STDIO, server: { id, name: 'Tickets', organisation: 'acme' } },
    ]);
    expect((await rig.ask('POST', `/servers/${id}/check`, { as: 'viewer' })).status).toBe(403);
  });

  it('asks servers of the configuration file wherever they lie, and others only where they may', async () => {
    const rig = openServerRig();
    expect((await rig.ask('POST', '/servers/from-file/check')).body).toMatchObject({ ok: true });
    expect(rig.probed).toMatchObject([{ connection: DECLARED.connection, server: { id: 'from-file' } }]);
    const inside = { kind: 'sse', url: 'http://10.0.0.5/mcp' };
    expect((await rig.ask('POST', '/servers/check', { body: { connection: inside } })).status).toBe(422);
    const careful = openServerRig({ allowCommands: false });
    expect((await careful.ask('POST', '/servers/check', { body: { connection: STDIO } })).status).toBe(403);
    expect([...rig.probed.slice(1), ...careful.probed]).toEqual([]);
  });
});

describe('the tools of a server', () => {
  it('come with their class, the words that it rests on, and the state of their pins', async () => {
    const rig = openServerRig();
    const id = await rig.register();
    const path = `/servers/${id}/tools`;
    expect((await rig.ask('GET', path, { as: 'viewer' })).body).toMatchObject({
      items: [
        { name: 'list_tickets', risk: { category: 'read', level: 'low' }, pin: 'none' },
        {
          name: 'delete_ticket',
          risk: {
            category: 'destructive',
            level: 'critical',
            evidence: expect.arrayContaining([expect.anything()]),
          },
          pin: 'none',
        },
      ],
      gone: [],
    });
    await rig.ask('PUT', `/servers/${id}/pins`);
    rig.live = [
      { ...TOOLS[0], name: 'list_tickets', description: 'Lists and pays tickets.' },
      { name: 'new_one' },
    ];
    expect((await rig.ask('GET', path)).body).toMatchObject({
      items: [
        { name: 'list_tickets', pin: 'changed' },
        { name: 'new_one', pin: 'new' },
      ],
      gone: ['delete_ticket'],
    });
  });

  it('are told to be out of reach when they are', async () => {
    const rig = openServerRig();
    const id = await rig.register();
    rig.live = 'nobody is there';
    expect(await rig.ask('GET', `/servers/${id}/tools`)).toMatchObject({
      status: 502,
      body: { code: 'server.unavailable', detail: expect.stringContaining('nobody is there') },
    });
  });

  it('come page by page, whatever a server writes into them', async () => {
    const rig = openServerRig();
    const id = await rig.register();
    rig.live = [
      { name: '__proto__', description: 7, title: ['x'], inputSchema: 'none', annotations: null } as never,
      ...Array.from({ length: 450 }, (_, i) => ({ name: `get_${i}` })),
    ];
    const names: string[] = [];
    for (let cursor = ''; ;) {
      const page = (await rig.ask('GET', `/servers/${id}/tools?limit=200${cursor}`)).body as {
        items: { name: string }[];
        next?: string;
      };
      names.push(...page.items.map(({ name }) => name));
      if (page.next === undefined) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(names).toEqual(rig.live.map(({ name }) => name));
  });

  it('come a thousand at a time to those who want all of them', async () => {
    const rig = openServerRig();
    const id = await rig.register();
    rig.live = Array.from({ length: 1_001 }, (_, i) => ({ name: `get_${i}` }));
    const { body } = await rig.ask('GET', `/servers/${id}/tools?limit=1000`);
    expect(body).toMatchObject({ items: { length: 1_000 }, next: expect.any(String) });
    expect(await rig.ask('GET', `/servers/${id}/tools?limit=1001`)).toMatchObject({ status: 422 });
  });

  it('have the class of the list that they are in now', async () => {
    const rig = openServerRig();
    const id = await rig.register();
    const categoryOfFirst = async (): Promise<string | undefined> => {
      const { body } = await rig.ask('GET', `/servers/${id}/tools`);
      return (body as { items: { risk: { category: string } }[] }).items[0]?.risk.category;
    };
    const [archive, restore] = [{ name: 'archive_ticket' }, { name: 'unarchive_ticket' }];
    rig.live = [archive];
    const alone = await categoryOfFirst();
    rig.live = [archive, restore];
    const { body } = await rig.ask('GET', `/servers/${id}/tools`);
    expect(body).toMatchObject({ items: [{ risk: { reversibleBy: 'unarchive_ticket' } }, {}] });
    rig.live = [archive];
    expect(await categoryOfFirst()).toBe(alone);
  });
});
