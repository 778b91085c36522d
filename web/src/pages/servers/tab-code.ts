import type { ComponentType } from 'react';
import type { GovernedServer } from '../../api/server-shapes.ts';
import type { Code, Parts } from '../../shell/places.ts';

const policiesOf = (server = ''): string => `/servers/${server}/policies?limit=200`;
const grantsOf = (server = ''): string => `/grants?server=${server}&limit=200`;
const toolsOf = (server = ''): string => `/servers/${server}/tools?limit=1000`;

/** What the first tab asks the API, besides the server; its code comes with the page. */
export function overviewAsks({ server }: Parts): readonly string[] {
  return [policiesOf(server), grantsOf(server), toolsOf(server)];
}

/** Where the code of each other tab of a server lies, by its path, and what it asks the API first, besides the server. */
export const SERVER_TABS = {
  tools: { load: () => import('./tools-tab.tsx'), asks: ({ server }) => [toolsOf(server)] },
  policies: {
    load: () => import('./policies-tab.tsx'),
    asks: ({ server }) => [policiesOf(server), grantsOf(server)],
  },
  grants: {
    load: () => import('./grants-tab.tsx'),
    asks: ({ server }) => [grantsOf(server), policiesOf(server)],
  },
  connection: { load: () => import('./connection-tab.tsx') },
  settings: { load: () => import('./settings-tab.tsx') },
} as const satisfies Readonly<Record<string, Code<ComponentType<{ readonly server: GovernedServer }>>>>;
