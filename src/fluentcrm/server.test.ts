import { describe, expect, it } from 'vitest';
import { listTools } from './server.ts';
import { TOOLS } from './tools.ts';

/** Names, and what each may do: r read, c create, o overwrite, a attach, d detach, p pause, s send, x delete. */
const EXPECTED: ReadonlyArray<readonly [name: string, effect: string, required: readonly string[]]> = [
  ['list_contacts', 'r', []],
  ['get_contact', 'r', ['subscriberId']],
  ['find_contact_by_email', 'r', ['email']],
  ['create_contact', 'c', ['email']],
  ['update_contact', 'o', ['subscriberId']],
  ['delete_contact', 'x', ['subscriberId']],
  ['list_tags', 'r', []],
  ['create_tag', 'c', ['title']],
  ['delete_tag', 'x', ['tagId']],
  ['attach_tag_to_contact', 'a', ['subscriberId', 'tagIds']],
  ['detach_tag_from_contact', 'd', ['subscriberId', 'tagIds']],
  ['list_lists', 'r', []],
  ['create_list', 'c', ['title']],
  ['delete_list', 'x', ['listId']],
  ['attach_contact_to_list', 'a', ['subscriberId', 'listIds']],
  ['detach_contact_from_list', 'd', ['subscriberId', 'listIds']],
  ['list_campaigns', 'r', []],
  ['create_campaign', 'c', ['title', 'subject']],
  ['pause_campaign', 'p', ['campaignId']],
  ['resume_campaign', 's', ['campaignId']],
  ['delete_campaign', 'x', ['campaignId']],
  ['list_email_templates', 'r', []],
  ['create_email_template', 'c', ['title', 'subject', 'body']],
  ['list_automations', 'r', []],
  ['create_automation', 'c', ['title', 'trigger']],
  ['list_webhooks', 'r', []],
  ['create_webhook', 'c', ['name', 'status']],
  ['list_smart_links', 'r', []],
  ['get_smart_link', 'r', ['smartLinkId']],
  ['create_smart_link', 'c', ['title', 'target_url']],
  ['update_smart_link', 'o', ['smartLinkId']],
  ['delete_smart_link', 'x', ['smartLinkId']],
  ['generate_smart_link_shortcode', 'r', ['slug']],
  ['validate_smart_link_data', 'r', ['title', 'target_url']],
  ['dashboard_stats', 'r', []],
  ['custom_fields', 'r', []],
];

// readOnly, destructive, idempotent, openWorld
const HINTS: Readonly<Record<string, readonly boolean[]>> = {
  r: [true, false, true, false],
  c: [false, false, false, false],
  o: [false, true, true, false],
  a: [false, false, true, false],
  d: [false, true, true, false],
  p: [false, false, true, false],
  s: [false, true, true, true],
  x: [false, true, true, false],
};

type Schema = Readonly<Record<string, unknown>>;
const english = listTools('en');
const polish = listTools('pl');
const byName = new Map(english.map((tool) => [tool.name, tool]));
const properties = english.flatMap((tool) =>
  Object.entries((tool.inputSchema.properties ?? {}) as Readonly<Record<string, Schema>>).map(
    ([name, schema]) => ({
      tool: tool.name,
      name,
      schema,
    }),
  ),
);

describe('tools/list', () => {
  it('has the 36 tools, each once', () => {
    expect(english.map(({ name }) => name).sort()).toEqual(
      EXPECTED.map(([name]) => `fluentcrm_${name}`).sort(),
    );
  });

  it.each(EXPECTED)('%s says what it may do and needs', (name, effect, required) => {
    const tool = byName.get(`fluentcrm_${name}`);
    const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = tool?.annotations ?? {};
    expect([readOnlyHint, destructiveHint, idempotentHint, openWorldHint]).toEqual(HINTS[effect]);
    expect([...(tool?.inputSchema.required ?? [])].sort()).toEqual([...required].sort());
    expect(tool?.annotations?.title).toBe(tool?.title);
  });

  it.each(english)('$name has closed schemas without a dialect', ({ inputSchema, outputSchema }) => {
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(outputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(JSON.stringify([inputSchema, outputSchema])).not.toMatch(/\$schema|~standard/);
  });

  it('bounds every argument', () => {
    const unbounded = properties.filter(({ schema }) => {
      if (schema['type'] === 'string')
        return schema['maxLength'] === undefined && schema['enum'] === undefined;
      if (schema['type'] === 'integer')
        return schema['minimum'] === undefined || schema['maximum'] === undefined;
      if (schema['type'] === 'array')
        return schema['maxItems'] === undefined || schema['uniqueItems'] !== true;
      return schema['type'] !== 'boolean';
    });
    expect(unbounded).toEqual([]);
  });

  it('takes ids as integers from 1, and pages of at most 100', () => {
    const ids = properties.filter(({ name }) => /Id$|_id$/.test(name));
    expect(ids.length).toBeGreaterThan(10);
    for (const { schema } of ids) expect(schema).toMatchObject({ type: 'integer', minimum: 1 });
    const pages = properties.filter(({ name }) => name === 'per_page');
    expect(pages).toHaveLength(8);
    for (const { schema } of pages) {
      expect(schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 100, default: 20 });
    }
  });

  it('keeps patterns to what any regular expression engine can run', () => {
    const patterns = properties
      .map(({ schema }) => schema['pattern'])
      .filter((pattern) => pattern !== undefined);
    expect(patterns.length).toBeGreaterThan(0);
    for (const pattern of patterns) expect(pattern).not.toContain('(?');
  });

  it.each([
    { language: 'English', tools: english },
    { language: 'Polish', tools: polish },
  ])('describes every tool and argument in $language', ({ tools }) => {
    for (const tool of tools) {
      expect(tool.title, tool.name).toMatch(/\S/);
      expect(tool.description?.length, tool.name).toBeGreaterThan(20);
      for (const [name, schema] of Object.entries(tool.inputSchema.properties ?? {})) {
        expect((schema as Schema)['description'], `${tool.name}.${name}`).toMatch(/\S/);
      }
    }
  });

  it('differs between the languages in its texts only', () => {
    const bare = (tools: typeof english) =>
      JSON.stringify(tools, (key, value: unknown) =>
        (key === 'description' || key === 'title') && typeof value === 'string' ? '' : value,
      );
    expect(bare(polish)).toBe(bare(english));
    const same = english.filter((tool, index) => tool.description === polish[index]?.description);
    expect(same).toEqual([]);
  });

  it('begins the Polish text of the pause with what it does', () => {
    const pause = polish.find(({ name }) => name === 'fluentcrm_pause_campaign');
    expect(pause?.description).toMatch(/^Wstrzymuje kampanię/);
  });

  it('lists the tools in the order they are defined in', () => {
    expect(english.map(({ name }) => name)).toEqual(TOOLS.map(({ name }) => name));
  });
});
