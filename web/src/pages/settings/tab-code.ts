import type { Code } from '../../shell/places.ts';

/** Where the code of each tab lies, by its path, and what it asks the API first. */
export const SETTINGS_TABS = {
  account: {
    load: () => import('./account-tab.tsx'),
    asks: () => ['/me/sign-ins', '/sign-in-options', '/me/sessions?limit=50'],
  },
  organisation: { load: () => import('./organisation-tab.tsx') },
  members: { load: () => import('./members-tab.tsx'), asks: () => ['/members?limit=200'] },
  keys: { load: () => import('./keys-tab.tsx'), asks: () => ['/api-keys?limit=200'] },
  webhooks: { load: () => import('./webhooks-tab.tsx'), asks: () => ['/webhooks?limit=200'] },
  audit: {
    load: () => import('./audit-tab.tsx'),
    asks: (_, search) => (search.size === 0 ? ['/audit?limit=100'] : []),
  },
} as const satisfies Readonly<Record<string, Code>>;
