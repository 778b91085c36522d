import * as z from 'zod';
import { integer, read } from './answers.ts';
import { apiPath } from './api-client.ts';
import { defineTool, type Tool } from './tool.ts';

const dashboardAnswer = z.object({ stats: z.record(z.string(), z.object({ count: integer })) });

const dashboardStats = defineTool({
  name: 'fluentcrm_dashboard_stats',
  effect: 'read',
  input: z.strictObject({}),
  output: z.object({ counts: z.record(z.string(), z.int()) }),
  run: async (_args, api) => {
    const { stats } = read(dashboardAnswer, await api.get(apiPath`/reports/dashboard-stats`));
    const counts = Object.fromEntries(Object.entries(stats).map(([name, { count }]) => [name, count]));
    return { summary: `${Object.keys(counts).length} figures of the dashboard.`, data: { counts } };
  },
});

const field = z.object({
  slug: z.string(),
  label: z.string(),
  type: z.string(),
  options: z.array(z.string()).nullable().catch(null),
});

const customFields = defineTool({
  name: 'fluentcrm_custom_fields',
  effect: 'read',
  input: z.strictObject({}),
  output: z.object({ fields: z.array(field) }),
  run: async (_args, api) => {
    const { fields } = read(
      z.object({ fields: z.array(field) }),
      await api.get(apiPath`/custom-fields/contacts`),
    );
    return { summary: `${fields.length} custom contact fields.`, data: { fields } };
  },
});

export const reportTools: readonly Tool[] = [dashboardStats, customFields];
