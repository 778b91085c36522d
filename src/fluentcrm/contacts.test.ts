import { describe, expect, it } from 'vitest';
import { openSandboxCrm } from './sandbox-crm.suite.ts';

const FIELDS = [
  'id',
  'email',
  'first_name',
  'last_name',
  'full_name',
  'status',
  'contact_type',
  'phone',
  'city',
  'country',
  'source',
  'tags',
  'lists',
  'created_at',
  'last_activity',
];

describe('list contacts', () => {
  it('gives a page of useful fields, newest first', async () => {
    const { data } = await openSandboxCrm().call('list_contacts', { page: 2, per_page: 5 });
    expect(data).toMatchObject({ page: 2, perPage: 5, total: 24, hasMore: true });
    const items = data['items'] as Array<Record<string, unknown>>;
    expect(items.map(({ id }) => id)).toEqual([19, 18, 17, 16, 15]);
    expect(Object.keys(items[0] ?? {}).sort()).toEqual([...FIELDS].sort());
  });

  it('has no more after the last page', async () => {
    const { data } = await openSandboxCrm().call('list_contacts', { page: 2 });
    expect(data).toMatchObject({ hasMore: false });
    expect(data['items']).toHaveLength(4);
  });

  it('filters by text, state, tag and list, each as its own parameter', async () => {
    const crm = openSandboxCrm();
    const { data } = await crm.call('list_contacts', {
      search: 'berlin',
      statuses: ['subscribed', 'pending'],
      tagIds: [1],
      listIds: [1, 2],
    });
    expect((data['items'] as Array<{ id: number }>).map(({ id }) => id)).toEqual([20, 10]);
    expect(crm.requests[0]?.query).toEqual([
      ['page', '1'],
      ['per_page', '20'],
      ['search', 'berlin'],
      ['statuses[]', 'subscribed'],
      ['statuses[]', 'pending'],
      ['tags[]', '1'],
      ['lists[]', '1'],
      ['lists[]', '2'],
    ]);
  });
});

describe('find a contact by e-mail', () => {
  it('finds the exact address only', async () => {
    const crm = openSandboxCrm();
    expect((await crm.call('find_contact_by_email', { email: 'contact-07@example.com' })).data).toMatchObject(
      {
        found: true,
        contact: { id: 7 },
      },
    );
    expect((await crm.call('find_contact_by_email', { email: 'contact-0@example.com' })).data).toEqual({
      found: false,
      contact: null,
    });
  });

  it('does not take a refusal for "not found"', async () => {
    const failure = await openSandboxCrm({ role: 'nobody' }).failure('find_contact_by_email', {
      email: 'contact-07@example.com',
    });
    expect(failure.code).toBe('forbidden');
  });
});

describe('create a contact', () => {
  it('makes it pending unless told otherwise', async () => {
    const crm = openSandboxCrm();
    const { data } = await crm.call('create_contact', { email: 'new@example.com' });
    expect(data).toMatchObject({ contact: { id: 25, status: 'pending' } });
    expect(crm.requests[0]?.body).toEqual({ email: 'new@example.com', status: 'pending' });
  });

  it('puts it under tags and lists that exist', async () => {
    const crm = openSandboxCrm();
    const { data } = await crm.call('create_contact', {
      email: 'new@example.com',
      status: 'subscribed',
      country: 'pl',
      tagIds: [1],
      listIds: [3],
    });
    expect(data).toMatchObject({
      contact: {
        status: 'subscribed',
        country: 'PL',
        tags: [{ id: 1, title: 'VIP' }],
        lists: [{ id: 3, title: 'Press' }],
      },
    });
  });

  it('names every tag that does not exist, and creates nothing', async () => {
    const crm = openSandboxCrm();
    const failure = await crm.failure('create_contact', { email: 'new@example.com', tagIds: [1, 77, 78] });
    expect(failure).toMatchObject({
      code: 'not_found',
      field: 'tagIds',
      message: 'These tags do not exist: 77, 78.',
    });
    expect(crm.sent).not.toContain('POST /subscribers');
  });

  it('says why an address is refused', async () => {
    const failure = await openSandboxCrm().failure('create_contact', { email: 'contact-01@example.com' });
    expect(failure).toMatchObject({
      code: 'rejected',
      httpStatus: 422,
      field: 'email',
      message: 'email: Provided email already assigned to another subscriber.',
    });
  });
});

describe('update and delete a contact', () => {
  it('sends the given fields and no others', async () => {
    const crm = openSandboxCrm();
    const { data } = await crm.call('update_contact', { subscriberId: 3, city: 'Oslo', country: 'no' });
    expect(data).toMatchObject({
      contact: { id: 3, city: 'Oslo', country: 'NO' },
      changedFields: ['city', 'country'],
    });
    expect(crm.requests[0]).toMatchObject({
      method: 'PUT',
      path: '/subscribers/3',
      body: { city: 'Oslo', country: 'NO' },
    });
  });

  it.each(['email', 'status', 'detach_tags', 'custom_values'])('refuses to change %s', async (field) => {
    const crm = openSandboxCrm();
    const failure = await crm.failure('update_contact', { subscriberId: 3, [field]: 'x' });
    expect(failure).toMatchObject({ code: 'invalid_arguments', field });
    expect(crm.sent).toEqual([]);
  });

  it('wants something to change', async () => {
    expect((await openSandboxCrm().failure('update_contact', { subscriberId: 3 })).code).toBe(
      'invalid_arguments',
    );
  });

  it.each(['get_contact', 'delete_contact'])('%s names a contact that does not exist', async (name) => {
    const failure = await openSandboxCrm().failure(name, { subscriberId: 999 });
    expect(failure).toMatchObject({ code: 'not_found', message: 'The contact 999 does not exist.' });
  });

  it('deletes one contact', async () => {
    const crm = openSandboxCrm();
    expect((await crm.call('delete_contact', { subscriberId: 24 })).data).toEqual({ deleted: true, id: 24 });
    expect((await crm.call('list_contacts')).data).toMatchObject({ total: 23 });
  });
});
