import type { ComponentType } from 'react';
import type { GovernedServer } from '../../api/server-shapes.ts';

type TabModule = { readonly default: ComponentType<{ readonly server: GovernedServer }> };

/** Where the code of each tab of a server lies, by its path; that of the first comes with the page. */
export const SERVER_TABS = {
  tools: () => import('./tools-tab.tsx'),
  policies: () => import('./policies-tab.tsx'),
  grants: () => import('./grants-tab.tsx'),
  connection: () => import('./connection-tab.tsx'),
  settings: () => import('./settings-tab.tsx'),
} as const satisfies Readonly<Record<string, () => Promise<TabModule>>>;
