import type { ComponentType } from 'react';

/** Where the code of each tab lies, by its path. */
export const SETTINGS_TABS = {
  account: () => import('./account-tab.tsx'),
  organisation: () => import('./organisation-tab.tsx'),
  members: () => import('./members-tab.tsx'),
  keys: () => import('./keys-tab.tsx'),
  webhooks: () => import('./webhooks-tab.tsx'),
  audit: () => import('./audit-tab.tsx'),
} as const satisfies Readonly<Record<string, () => Promise<{ readonly default: ComponentType }>>>;
