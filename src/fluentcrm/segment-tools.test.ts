import { describe, expect, it } from 'vitest';
import { openSandboxCrm } from './sandbox-crm.suite.ts';

describe.each([
  {
    noun: 'tag',
    family: 'tags',
    list: 'list_tags',
    create: 'create_tag',
    remove: 'delete_tag',
    key: 'tagId',
    total: 4,
  },
  {
    noun: 'list',
    family: 'lists',
    list: 'list_lists',
    create: 'create_list',
    remove: 'delete_list',
    key: 'listId',
    total: 3,
  },
])('$family', ({ noun, family, list, create, remove, key, total }) => {
  it('are listed a page at a time', async () => {
    const crm = openSandboxCrm();
    const first = await crm.call(list, { per_page: 2 });
    expect(first.data).toMatchObject({ page: 1, perPage: 2, total, hasMore: true });
    const last = await crm.call(list, { per_page: 2, page: 2 });
    expect(last.data).toMatchObject({ hasMore: false });
    expect(Object.keys((first.data['items'] as object[])[0] ?? {}).sort()).toEqual([
      'contactCount',
      'created_at',
      'description',
      'id',
      'slug',
      'title',
    ]);
  });

  it('are found by their title', async () => {
    const { data } = await openSandboxCrm().call(list, { search: family === 'tags' ? 'trial' : 'press' });
    expect(data).toMatchObject({ total: 1 });
  });

  it('are created and deleted', async () => {
    const crm = openSandboxCrm();
    const { data } = await crm.call(create, { title: 'Spring Sale', description: 'x' });
    expect(data).toMatchObject({
      id: total + 1,
      title: 'Spring Sale',
      slug: 'spring-sale',
      description: 'x',
    });
    expect((await crm.call(remove, { [key]: total + 1 })).data).toEqual({
      deleted: true,
      id: total + 1,
      title: 'Spring Sale',
    });
  });

  it('say that a slug is taken', async () => {
    const failure = await openSandboxCrm().failure(create, {
      title: 'Other',
      slug: family === 'tags' ? 'vip' : 'press',
    });
    expect(failure).toMatchObject({ code: 'rejected', field: 'slug' });
  });

  it('are looked up before they are deleted', async () => {
    const crm = openSandboxCrm();
    const failure = await crm.failure(remove, { [key]: 99 });
    expect(failure).toMatchObject({
      code: 'not_found',
      field: key,
      message: `The ${noun} 99 does not exist.`,
    });
    expect(crm.sent).toEqual([`GET /${family}/99`]);
  });
});

describe.each([
  {
    attach: 'attach_tag_to_contact',
    detach: 'detach_tag_from_contact',
    key: 'tagIds',
    kind: 'tags',
    ids: [1, 2],
  },
  {
    attach: 'attach_contact_to_list',
    detach: 'detach_contact_from_list',
    key: 'listIds',
    kind: 'lists',
    ids: [3, 1],
  },
])('$kind of a contact', ({ attach, detach, key, kind, ids }) => {
  it('are added by id, and only the new ones count as changed', async () => {
    const crm = openSandboxCrm();
    const { data } = await crm.call(attach, { subscriberId: 1, [key]: ids });
    expect(data).toMatchObject({ subscriberId: 1, changed: [ids[0]] });
    expect((data[kind] as Array<{ id: number }>).map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    expect(crm.requests.at(-1)).toMatchObject({
      method: 'POST',
      path: '/subscribers/sync-segments',
      body: { type: kind, find_by: 'id', attach: ids, subscribers: [1] },
    });
  });

  it('are taken away, and a second time changes nothing', async () => {
    const crm = openSandboxCrm();
    await crm.call(attach, { subscriberId: 1, [key]: ids });
    expect((await crm.call(detach, { subscriberId: 1, [key]: ids })).data).toMatchObject({ changed: ids });
    expect((await crm.call(detach, { subscriberId: 1, [key]: ids })).data).toMatchObject({ changed: [] });
  });

  it('are not touched when the contact or one of them does not exist', async () => {
    const crm = openSandboxCrm();
    expect(await crm.failure(attach, { subscriberId: 999, [key]: ids })).toMatchObject({
      code: 'not_found',
      message: 'The contact 999 does not exist.',
    });
    expect(await crm.failure(attach, { subscriberId: 1, [key]: [1, 99] })).toMatchObject({
      code: 'not_found',
      field: key,
    });
    expect(crm.sent.filter((line) => line.startsWith('POST'))).toEqual([]);
  });
});
