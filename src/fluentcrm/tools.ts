import { automationTools } from './automations.ts';
import { campaignTools } from './campaigns.ts';
import { contactTools } from './contacts.ts';
import { createCampaignTools } from './create-campaign.ts';
import { listTools } from './lists.ts';
import { reportTools } from './reports.ts';
import { smartLinkCheckTools } from './smart-link-check.ts';
import { smartLinkTools } from './smart-links.ts';
import { tagTools } from './tags.ts';
import { templateTools } from './templates.ts';
import type { Tool } from './tool.ts';
import { webhookTools } from './webhooks.ts';

/** All tools, in the order of tools/list. */
export const TOOLS: readonly Tool[] = [
  ...contactTools,
  ...tagTools,
  ...listTools,
  ...campaignTools,
  ...createCampaignTools,
  ...templateTools,
  ...automationTools,
  ...webhookTools,
  ...smartLinkTools,
  ...smartLinkCheckTools,
  ...reportTools,
];
