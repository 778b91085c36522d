import * as z from 'zod';
import { integer, localTime, optionalText, pageOf, read, readPage, summaryOf } from './answers.ts';
import { apiPath, type ApiClient } from './api-client.ts';
import { CrmFailure } from './api-errors.ts';
import * as argument from './arguments.ts';
import { defineTool, type Tool } from './tool.ts';

const automation = z.object({
  id: integer,
  title: z.string(),
  trigger_name: z.string(),
  status: z.string(),
  description: optionalText,
  subscribers_count: integer.nullable().catch(null),
  created_at: localTime,
});

const triggers = z.object({
  triggers: z.record(z.string(), z.object({ disabled: z.boolean().optional() })),
});

const listAutomations = defineTool({
  name: 'fluentcrm_list_automations',
  effect: 'read',
  input: z.strictObject({ ...argument.paging, search: argument.search.optional() }),
  output: pageOf(automation),
  run: async (args, api) => {
    const answer = await api.get(apiPath`/funnels`, [
      ['page', args.page],
      ['per_page', args.per_page],
      ...(args.search === undefined ? [] : [['search', args.search] as const]),
    ]);
    const found = readPage(automation, answer, 'funnels', args);
    return { summary: summaryOf('Automations', found), data: { ...found, items: [...found.items] } };
  },
});

const createAutomation = defineTool({
  name: 'fluentcrm_create_automation',
  effect: 'create',
  input: z.strictObject({
    title: argument.title,
    description: argument.description.optional(),
    trigger: z
      .string()
      .max(100)
      .regex(/^[A-Za-z0-9_/-]+$/, 'must be the name of a trigger, e.g. user_register'),
  }),
  output: automation,
  run: async (args, api) => {
    await requireTrigger(api, args.trigger);
    const answer = await api.post(apiPath`/funnels`, {
      funnel: {
        title: args.title,
        trigger_name: args.trigger,
        ...(args.description === undefined ? {} : { description: args.description }),
      },
    });
    const { funnel } = read(z.object({ funnel: automation }), answer);
    return {
      summary: `Automation ${funnel.id} created as an empty ${funnel.status}. Its steps are added in FluentCRM.`,
      data: funnel,
    };
  },
});

/** Throws unless the site offers the trigger: the API would accept any text and make an automation that never runs. */
async function requireTrigger(api: ApiClient, name: string): Promise<void> {
  const known = new Map(Object.entries(read(triggers, await api.get(apiPath`/funnels/triggers`)).triggers));
  const trigger = known.get(name);
  if (trigger !== undefined && trigger.disabled !== true) return;
  const usable = [...known].filter(([, { disabled }]) => disabled !== true).map(([usableName]) => usableName);
  const fault = trigger === undefined ? 'does not exist on this site' : 'needs FluentCRM Pro';
  throw new CrmFailure(
    trigger === undefined ? 'not_found' : 'needs_pro',
    `The trigger ${name} ${fault}. Usable triggers: ${usable.slice(0, 30).join(', ')}.`,
    { field: 'trigger', facts: { usableTriggers: usable.slice(0, 30) } },
  );
}

export const automationTools: readonly Tool[] = [listAutomations, createAutomation];
