import { Center, Container, Loader } from '@mantine/core';
import { lazy, Suspense, type ReactNode } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import { useMe } from './api/session.ts';
import { Problem } from './parts/problem.tsx';
import { page, type Page } from './shell/page.tsx';
import { SignedInAs } from './shell/rights.tsx';
import { Shell } from './shell/shell.tsx';

const SignInPage = page(() => import('./pages/sign-in/sign-in-page.tsx'));
const FoundPage = lazy(() => import('./pages/sign-in/found-page.tsx'));
const NotFoundPage = page(() => import('./pages/not-found-page.tsx'));

/** Pages that need no session. */
const OUTSIDE: readonly (readonly [path: string, page: Page])[] = [
  ['/reset-password', page(() => import('./pages/sign-in/reset-page.tsx'))],
  ['/invitation', page(() => import('./pages/sign-in/invitation-page.tsx'))],
  ['/sign-up', page(() => import('./pages/sign-in/sign-up-page.tsx'))],
];

/** Pages for people who are signed in. */
const INSIDE: readonly (readonly [path: string, page: Page])[] = [
  ['/', page(() => import('./pages/overview/overview-page.tsx'))],
  ['/start/*?', page(() => import('./pages/start/start-page.tsx'))],
  ['/servers', page(() => import('./pages/servers/servers-page.tsx'))],
  ['/servers/:server/policies/:policy', page(() => import('./pages/policies/policy-page.tsx'))],
  ['/servers/:server/:tab?', page(() => import('./pages/servers/server-page.tsx'))],
  ['/approvals', page(() => import('./pages/approvals/approvals-page.tsx'))],
  ['/approvals/:approval', page(() => import('./pages/approvals/approval-page.tsx'))],
  ['/logs', page(() => import('./pages/logs/logs-page.tsx'))],
  ['/settings/:tab', page(() => import('./pages/settings/settings-page.tsx'))],
];

const BASE = '/app';

/** The page that somebody came for is fetched while it is asked who they are. */
const wanted = location.pathname.slice(BASE.length) || '/';
[...OUTSIDE, ...INSIDE].find(([path]) => isPath(path, wanted))?.[1].preload();

function isPath(pattern: string, path: string): boolean {
  const parts = pattern
    .replace(/\/\*\?$/, '(?:/.*)?')
    .replaceAll(/\/:\w+\?/g, '(?:/[^/]+)?')
    .replaceAll(/\/:\w+/g, '/[^/]+');
  return new RegExp(`^${parts}/?$`).test(path);
}

/** Every page of the dashboard, by its path below `/app`. */
export function App(): ReactNode {
  return (
    <Router base={BASE}>
      <Suspense fallback={<Waiting />}>
        <Switch>
          {OUTSIDE.map(([path, Component]) => (
            <Route key={path} path={path} component={Component} />
          ))}
          <Route>
            <Inside />
          </Route>
        </Switch>
      </Suspense>
    </Router>
  );
}

/** What only people who are signed in see; everybody else gets the sign-in page at the same address. */
function Inside(): ReactNode {
  const { data: me, error, isPending, refetch } = useMe();
  if (isPending) return <Waiting />;
  if (error && me === undefined) {
    return (
      <Container size="xs" py="xl">
        <Problem error={error} retry={() => void refetch()} />
      </Container>
    );
  }
  if (!me) return <SignInPage />;
  if (me.organisation === null) return <FoundPage me={me} />;
  return (
    <SignedInAs me={me}>
      <Shell>
        <Suspense fallback={<Waiting />}>
          <Switch>
            {INSIDE.map(([path, Component]) => (
              <Route key={path} path={path} component={Component} />
            ))}
            <Route path="/sign-in">
              <Redirect to="/" />
            </Route>
            <Route path="/settings">
              <Redirect to="/settings/account" />
            </Route>
            <Route component={NotFoundPage} />
          </Switch>
        </Suspense>
      </Shell>
    </SignedInAs>
  );
}

function Waiting(): ReactNode {
  return (
    <Center mih="40vh" role="status" aria-label="Loading">
      <Loader />
    </Center>
  );
}
