import type { ComponentType } from 'react';
import { askedVersion } from '../api/asked-version.ts';
import { spanIn, usageAddress } from '../api/usage-span.ts';
import type { First } from './first-page.ts';
import { overviewAsks, SERVER_TABS } from '../pages/servers/tab-code.ts';
import { SETTINGS_TABS } from '../pages/settings/tab-code.ts';

/** What is known of a page before its code is there, or of a tab of one. */
export interface Code<Component = ComponentType> {
  readonly load: () => Promise<{ readonly default: Component; readonly first?: First }>;
  /** What it asks the API first: paths below `/api/v1`, letter for letter as it asks them. */
  readonly asks?: (parts: Parts, search: URLSearchParams) => readonly string[];
}

export interface Place extends Code {
  /** Path below `/app`; `:name` stands for a part, a `?` behind it for one that may be missing. */
  readonly path: string;
  /** The tab that is opened on the page, by the parts of its path; undefined where it comes with the page. */
  readonly tab?: (parts: Parts) => Code<unknown> | undefined;
}

export type Parts = Readonly<Record<string, string | undefined>>;

/** Pages that need no session. */
export const OUTSIDE: readonly Place[] = [
  { path: '/reset-password', load: () => import('../pages/sign-in/reset-page.tsx') },
  { path: '/invitation', load: () => import('../pages/sign-in/invitation-page.tsx') },
  { path: '/sign-up', load: () => import('../pages/sign-in/sign-up-page.tsx') },
];

/** Pages for people who are signed in. */
export const INSIDE: readonly Place[] = [
  {
    path: '/',
    load: () => import('../pages/overview/overview-page.tsx'),
    asks: (_, search) => [
      '/servers?limit=200',
      usageAddress(spanIn(search)),
      '/grants?limit=200',
      '/approvals?status=pending&limit=50',
    ],
  },
  {
    path: '/start/*?',
    load: () => import('../pages/start/start-page.tsx'),
    asks: (_, search) => [serverAt(search) ?? '/servers?limit=200'],
  },
  {
    path: '/servers',
    load: () => import('../pages/servers/servers-page.tsx'),
    asks: () => ['/servers?limit=200'],
  },
  {
    path: '/servers/:server/policies/:policy',
    load: () => import('../pages/policies/policy-page.tsx'),
    asks: ({ server = '', policy = '' }, search) => [
      `/servers/${server}/policies/${policy}`,
      ...versionAt(`/servers/${server}/policies/${policy}`, search),
      `/servers/${server}/tools?limit=1000`,
    ],
  },
  {
    path: '/servers/:server/:tab?',
    load: () => import('../pages/servers/server-page.tsx'),
    tab: ({ tab }) => named(SERVER_TABS, tab),
    asks: (parts) => [
      `/servers/${parts['server']}`,
      ...(parts['tab'] === undefined ? overviewAsks(parts) : []),
    ],
  },
  {
    path: '/approvals',
    load: () => import('../pages/approvals/approvals-page.tsx'),
    asks: (_, search) =>
      search.size === 0 ? ['/approvals?status=pending&limit=50', '/servers?limit=200'] : [],
  },
  {
    path: '/approvals/:approval',
    load: () => import('../pages/approvals/approval-page.tsx'),
    asks: ({ approval = '' }) => [`/approvals/${approval}`, '/servers?limit=200'],
  },
  {
    path: '/logs',
    load: () => import('../pages/logs/logs-page.tsx'),
    asks: (_, search) => [...(search.size === 0 ? ['/logs?limit=100'] : []), '/servers?limit=200'],
  },
  {
    path: '/settings/:tab',
    load: () => import('../pages/settings/settings-page.tsx'),
    tab: ({ tab }) => named(SETTINGS_TABS, tab),
  },
];

function serverAt(search: URLSearchParams): string | undefined {
  const server = search.get('server') ?? '';
  return server === '' ? undefined : `/servers/${encodeURIComponent(server)}`;
}

function versionAt(policy: string, search: URLSearchParams): readonly string[] {
  const version = askedVersion(search);
  return version === undefined ? [] : [`${policy}/versions/${version}`];
}

function named<T>(tabs: Readonly<Record<string, T>>, name = ''): T | undefined {
  return Object.hasOwn(tabs, name) ? tabs[name] : undefined;
}

/** Where the dashboard begins. */
export const BASE = '/app';

/** A page that an address leads to. */
export interface Opened {
  readonly place: Place;
  readonly isInside: boolean;
  readonly parts: Parts;
}

/** What a page and the tab that is opened on it ask the API first. */
export function asksOf({ place, parts }: Opened, search: URLSearchParams): readonly string[] {
  return [place, place.tab?.(parts)].flatMap((code) => code?.asks?.(parts, search) ?? []);
}

/** The page at an address, with the parts of its path; undefined where there is none. */
export function placeAt(pathname: string): Opened | undefined {
  const path = pathname.slice(BASE.length) || '/';
  for (const place of [...OUTSIDE, ...INSIDE]) {
    const match = patternOf(place.path).exec(path);
    if (match !== null) return { place, isInside: INSIDE.includes(place), parts: match.groups ?? {} };
  }
  return undefined;
}

function patternOf(path: string): RegExp {
  const parts = path
    .replace(/\/\*\?$/, '(?:/.*)?')
    .replaceAll(/\/:(\w+)\?/g, '(?:/(?<$1>[^/]+))?')
    .replaceAll(/\/:(\w+)/g, '/(?<$1>[^/]+)');
  return new RegExp(`^${parts}/?$`);
}
