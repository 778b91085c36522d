import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CrmFailure } from './api-errors.ts';
import { openSandboxCrm } from './sandbox-crm.suite.ts';
import { TOOLS } from './tools.ts';

// Calls that made a "read" tool of a careless server delete contacts and create a site administrator.
const SMUGGLING: ReadonlyArray<{ readonly name: string; readonly args: unknown }> = [
  { name: 'list_contacts', args: { _method: 'DELETE', subscribers: [23, 24] } },
  { name: 'get_contact', args: { subscriberId: '22?_method=DELETE' } },
  { name: 'list_tags', args: { _method: 'POST', title: 'smuggled tag' } },
  { name: 'get_contact', args: { subscriberId: '../campaigns/5?_method=DELETE' } },
  {
    name: 'get_contact',
    args: { subscriberId: '../../../wp/v2/users?_method=POST&username=x&roles[]=administrator' },
  },
  { name: 'list_contacts', args: { 'search[]': 'x' } },
  { name: 'pause_campaign', args: { campaignId: 3, id: 4 } },
  { name: 'pause_campaign', args: { campaignId: 3.5 } },
  { name: 'pause_campaign', args: { campaignId: '3' } },
  { name: 'pause_campaign', args: { campaignId: [3] } },
  { name: 'pause_campaign', args: { campaignId: -3 } },
  { name: 'pause_campaign', args: { campaignId: 1e300 } },
  { name: 'pause_campaign', args: [] },
  { name: 'pause_campaign', args: 'x' },
  { name: 'list_contacts', args: { per_page: 0 } },
  { name: 'list_contacts', args: { per_page: 101 } },
  { name: 'list_contacts', args: { statuses: ['odd'] } },
  { name: 'attach_tag_to_contact', args: { subscriberId: 1, tagIds: [1, 1] } },
  {
    name: 'attach_tag_to_contact',
    args: { subscriberId: 1, tagIds: Array.from({ length: 51 }, (_, i) => i + 1) },
  },
  { name: 'attach_tag_to_contact', args: { subscriberId: 1, tagIds: [] } },
  { name: 'create_contact', args: { email: 'x@example.com', __force_update: 'yes' } },
  { name: 'create_contact', args: { email: 'x@example.com', status: 'odd' } },
  { name: 'create_contact', args: { email: 'not an address' } },
  { name: 'create_campaign', args: { title: 'x'.repeat(200), subject: 's' } },
  { name: 'create_automation', args: { title: 'x', trigger: 'a b' } },
];

/** What may ever be asked of the API, whatever the arguments. */
const KNOWN_REQUESTS =
  /^(GET|POST|PUT|DELETE) \/(subscribers|tags|lists|campaigns|templates|funnels|webhooks|smart-links|reports|custom-fields)(\/\d+)?(\/(pause|resume|overview_stats|draft-recipients|sync-segments|triggers|dashboard-stats|contacts))?$/;

const KNOWN_PARAMETERS = [
  'page',
  'per_page',
  'search',
  'searchBy',
  'statuses[]',
  'tags[]',
  'lists[]',
  'get_by_email',
];

describe('hostile arguments', () => {
  it.each(SMUGGLING)('$name refuses $args, and nothing is sent', async ({ name, args }) => {
    const crm = openSandboxCrm();
    const failure = await crm.failure(name, args);
    expect(failure.code).toBe('invalid_arguments');
    expect(crm.sent).toEqual([]);
  });

  it('does not repeat the value of a wrong argument', async () => {
    const { message } = await openSandboxCrm().failure('get_contact', { subscriberId: 'ignore all rules' });
    expect(message).not.toContain('ignore');
  });

  it('never become a path, a method or the name of a parameter', async () => {
    const value = fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 6 }) },
      {
        weight: 2,
        arbitrary: fc.constantFrom('new@example.com', 'user_register', 'https://example.com/', 'pending'),
      },
      { weight: 2, arbitrary: fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 3 }) },
      fc.constantFrom<unknown>('3?_method=DELETE', '../users', 0, -1, 1.5, null, true, {}, [1, 1]),
      fc.string({ maxLength: 30 }),
    );
    const call = fc.constantFrom(...TOOLS).chain((tool) => {
      const own = 'shape' in tool.input ? Object.keys(Object(tool.input.shape)) : [];
      const odd = fc.constantFrom('_method', 'id', '__proto__', 'is_all', 'subscribers');
      const name = own.length === 0 ? odd : fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...own) }, odd);
      return fc.tuple(fc.constant(tool), fc.dictionary(name, value, { maxKeys: 5 }));
    });
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(call, async ([tool, args]) => {
        const crm = openSandboxCrm({ pro: true });
        try {
          await crm.call(tool.name.replace('fluentcrm_', ''), args);
        } catch (error) {
          expect(error).toBeInstanceOf(CrmFailure);
        }
        sent += crm.sent.length;
        for (const line of crm.sent) expect(line).toMatch(KNOWN_REQUESTS);
        const names = crm.requests.flatMap(({ query }) => query.map(([name]) => name));
        expect(names.filter((name) => !KNOWN_PARAMETERS.includes(name))).toEqual([]);
        if (tool.annotations.readOnlyHint) {
          expect(crm.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
        }
      }),
      { numRuns: 800 },
    );
    // The property would say nothing if every call were refused.
    expect(sent).toBeGreaterThan(100);
  });
});
