import { describe, expect, it } from 'vitest';
import { openSandboxCrm } from './sandbox-crm.suite.ts';

describe('automations', () => {
  it('are listed', async () => {
    const { data } = await openSandboxCrm().call('list_automations', { search: 'welc' });
    expect(data).toMatchObject({
      total: 1,
      items: [{ id: 1, title: 'Welcome', trigger_name: 'user_register' }],
    });
  });

  it('are created as drafts with a trigger that the site offers', async () => {
    const crm = openSandboxCrm();
    const { data } = await crm.call('create_automation', {
      title: 'A',
      trigger: 'user_register',
      description: 'd',
    });
    expect(data).toMatchObject({ id: 2, status: 'draft', trigger_name: 'user_register' });
    expect(crm.requests.at(-1)?.body).toEqual({
      funnel: { title: 'A', trigger_name: 'user_register', description: 'd' },
    });
  });

  it.each([
    { trigger: 'user_login', code: 'needs_pro' },
    { trigger: 'no_such_trigger', code: 'not_found' },
    { trigger: 'constructor', code: 'not_found' },
    { trigger: '__proto__', code: 'not_found' },
  ])('are not created with the trigger $trigger', async ({ trigger, code }) => {
    const crm = openSandboxCrm();
    const failure = await crm.failure('create_automation', { title: 'A', trigger });
    expect(failure).toMatchObject({ code, field: 'trigger', facts: { usableTriggers: ['user_register'] } });
    expect(crm.sent).toEqual(['GET /funnels/triggers']);
  });
});
