import { useCallback, useMemo } from 'react';
import { useLocation, useParams, useSearch } from 'wouter';
import { keepStart } from '../../parts/unfinished-start.ts';

export const STEPS = ['servers', 'tools', 'policy', 'grant', 'connect'] as const;
export type Step = (typeof STEPS)[number];

/** How far somebody is, as it stands in the address: the page can be left and opened again. */
export interface StartView {
  /** The entry of the catalogue that brought somebody here. */
  readonly slug: string | undefined;
  /** The tool that they looked at there. */
  readonly toolSlug: string | undefined;
  readonly server: string | undefined;
  /** Servers that were added together with it, and come afterwards. */
  readonly more: readonly string[];
  readonly policy: string | undefined;
  readonly grant: string | undefined;
  readonly step: Step;
}

/** What an address asks for; a step without what it is about is the one before. */
export function viewOf(path: string, search: string): StartView {
  const [slug, toolSlug] = path.split('/').filter((part) => part !== '');
  const given = new URLSearchParams(search);
  const server = textOf(given.get('server'));
  const grant = textOf(given.get('grant'));
  const asked = STEPS.find((one) => one === given.get('step'));
  return {
    slug,
    toolSlug,
    server,
    more: (given.get('more') ?? '').split(',').filter((id) => id !== ''),
    policy: textOf(given.get('policy')),
    grant,
    step: stepFor(asked, server, grant),
  };
}

function stepFor(asked: Step | undefined, server: string | undefined, grant: string | undefined): Step {
  if (server === undefined) return 'servers';
  if (asked === 'connect' && grant === undefined) return 'grant';
  return asked ?? 'tools';
}

/** The address of a view. */
export function addressOf({ slug, toolSlug, server, more, policy, grant, step }: StartView): string {
  const path = ['/start', slug, slug === undefined ? undefined : toolSlug]
    .filter((part) => part !== undefined)
    .join('/');
  const search = new URLSearchParams();
  if (server !== undefined) {
    search.set('server', server);
    if (step !== 'tools') search.set('step', step);
    if (policy !== undefined) search.set('policy', policy);
    if (grant !== undefined) search.set('grant', grant);
    if (more.length > 0) search.set('more', more.join(','));
  }
  const query = search.toString();
  return query === '' ? path : `${path}?${query}`;
}

/** Where somebody is in the flow, and the way on. */
export function useStartView(): readonly [StartView, (part: Partial<StartView>) => void] {
  const params = useParams();
  const path = params['*'] ?? params[0] ?? '';
  const search = useSearch();
  const [, navigate] = useLocation();
  const view = useMemo(() => viewOf(path, search), [path, search]);
  const go = useCallback(
    (part: Partial<StartView>) => {
      const address = addressOf({ ...view, ...part });
      // whoever leaves for the builder or for a login finds the way back
      if ((part.server ?? view.server) !== undefined) keepStart(address);
      navigate(address);
    },
    [view, navigate],
  );
  return [view, go];
}

/** The name of a tool in addresses of the catalogue. */
export function slugOf(tool: string): string {
  return tool
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

function textOf(value: string | null): string | undefined {
  return value === null || value === '' ? undefined : value;
}
