import { beforeEach, describe, expect, it } from 'vitest';
import type { GovernedServer } from '#gateway';
import { knowTool, type KnownTool } from '#policy';
import { openStore, type ServerLook, type Store } from '#store';
import type { Asked, Upstream } from '#upstream';
import { ServerLooks } from './server-looks.ts';

const READ = knowTool({ name: 'list_tags', description: 'Lists all tags.' });
const DELETE = knowTool({ name: 'delete_contact', description: 'Deletes a contact for good.' });

describe('what servers answered', () => {
  let store: Store;
  let asked: Asked | undefined;
  let tools: ReadonlyMap<string, KnownTool> | undefined;
  let looks: ServerLooks;
  beforeEach(() => {
    store = openStore({ dataDir: ':memory:' });
    asked = undefined;
    tools = undefined;
    const upstream = { lastAsked: () => asked, knownTools: () => tools } as Upstream;
    const server = { id: 'crm', organisation: 'acme', upstream } as GovernedServer;
    looks = new ServerLooks({ servers: () => [server] }, store.control.looks);
  });

  const noted = async (): Promise<ServerLook | undefined> => {
    await looks.note();
    return (await store.control.looks.ofServers('acme', ['crm'])).get('crm');
  };
  const list = (at: number, ...listed: readonly KnownTool[]): void => {
    asked = { at, failure: undefined };
    tools = new Map(listed.map((tool) => [tool.definition.name, tool]));
  };

  it('is nothing before the first was asked', async () => {
    expect(await noted()).toBeUndefined();
  });

  it('is noted with the classes of its tools, and again when it was asked again', async () => {
    list(1, READ, DELETE);
    expect(await noted()).toMatchObject({ at: 1, tools: { at: 1, counts: { read: 1, destructive: 1 } } });
    list(2, READ, DELETE);
    expect(await noted()).toMatchObject({ at: 2, tools: { at: 2, counts: { read: 1, destructive: 1 } } });
    list(3, READ);
    expect((await noted())?.tools).toEqual({ at: 3, counts: { read: 1 } });
  });

  it('is why it did not answer, in a text that can be shown, beside the tools of before', async () => {
    list(1, READ);
    await noted();
    asked = { at: 2, failure: `cannot\u0000connect ${'x'.repeat(1_000)}` };
    const look = await noted();
    expect(look).toMatchObject({ at: 2, tools: { at: 1, counts: { read: 1 } } });
    expect(look?.failure).toMatch(/^cannot\\u\{0\}connect x+…$/);
    expect(look?.failure?.length).toBeLessThanOrEqual(300);
  });
});
