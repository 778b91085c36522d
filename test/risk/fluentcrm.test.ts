import { describe, expect, it } from 'vitest';
import { listTools } from '#fluentcrm';
import { classifyServer } from '#risk';

const CATEGORIES = {
  read: 'list_contacts get_contact find_contact_by_email list_tags list_lists list_campaigns list_email_templates list_automations list_webhooks list_smart_links get_smart_link generate_smart_link_shortcode validate_smart_link_data dashboard_stats custom_fields',
  write:
    'create_contact update_contact create_tag attach_tag_to_contact detach_tag_from_contact create_list attach_contact_to_list detach_contact_from_list pause_campaign create_campaign create_email_template create_automation create_webhook create_smart_link update_smart_link',
  execute: 'resume_campaign',
  destructive: 'delete_contact delete_tag delete_list delete_campaign delete_smart_link',
};
const expected = Object.entries(CATEGORIES).flatMap(([category, names]) =>
  names.split(' ').map((name) => [`fluentcrm_${name}`, category] as const),
);

describe.each(['en', 'pl'] as const)('the tools of the FluentCRM server, described in %s', (language) => {
  const tools = listTools(language);
  const classes = classifyServer(tools);
  const classOf = (name: string) => classes[tools.findIndex((tool) => tool.name === name)];

  it('are all expected here', () => {
    expect(tools.map(({ name }) => name).sort()).toEqual(expected.map(([name]) => name).sort());
  });

  it.each(expected)('%s: %s', (name, category) => {
    const found = classOf(name);
    expect(found?.category).toBe(category);
    expect(found?.confidence).toBeGreaterThanOrEqual(0.7);
    expect(found?.evidence.length).toBeGreaterThan(0);
  });

  it('know what undoes them', () => {
    const reversible = Object.fromEntries(
      tools.flatMap(({ name }) => {
        const by = classOf(name)?.reversibleBy;
        return by === undefined ? [] : [[name.slice(10), by.slice(10)]];
      }),
    );
    expect(reversible).toEqual({
      create_contact: 'delete_contact',
      create_tag: 'delete_tag',
      create_list: 'delete_list',
      create_campaign: 'delete_campaign',
      create_smart_link: 'delete_smart_link',
      attach_tag_to_contact: 'detach_tag_from_contact',
      detach_tag_from_contact: 'attach_tag_to_contact',
      attach_contact_to_list: 'detach_contact_from_list',
      detach_contact_from_list: 'attach_contact_to_list',
      pause_campaign: 'resume_campaign',
      resume_campaign: 'pause_campaign',
    });
  });

  it('say so without their descriptions too, but for those whose names say nothing', () => {
    const bare = classifyServer(tools.map(({ name }) => ({ name })));
    const different = expected.filter(
      ([name, category]) => bare[tools.findIndex((tool) => tool.name === name)]?.category !== category,
    );
    expect(different.map(([name]) => name)).toEqual([
      'fluentcrm_generate_smart_link_shortcode',
      'fluentcrm_custom_fields',
    ]);
  });
});
