import { Box } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import { useMe, type Me } from './api/session.ts';
import { Problem } from './parts/problem.tsx';
import { Coming, page, type Page } from './shell/page.tsx';
import { BASE, INSIDE, OUTSIDE, placeAt, type Place } from './shell/places.ts';
import { SignedInAs } from './shell/rights.tsx';
import { Shell } from './shell/shell.tsx';

const SignInPage = page(() => import('./pages/sign-in/sign-in-page.tsx'));
const FoundPage = page<{ readonly me: Me }>(() => import('./pages/sign-in/found-page.tsx'));
const NotFoundPage = page(() => import('./pages/not-found-page.tsx'));

type Routed = readonly [path: string, page: Page];
const pageOf = ({ path, load }: Place): Routed => [path, page(load)];
const outside = OUTSIDE.map(pageOf);
const inside = INSIDE.map(pageOf);

// its code is on the way: it is drawn at once when it is there
const opened = placeAt(location.pathname)?.place.path;
[...outside, ...inside].find(([path]) => path === opened)?.[1].preload();

/** Every page of the dashboard, by its path below `/app`. Tells when it is there for the first time. */
export function App({ drawn }: { readonly drawn: () => void }): ReactNode {
  useEffect(drawn, [drawn]);
  return (
    <Router base={BASE}>
      <Switch>
        {outside.map(([path, Component]) => (
          <Route key={path} path={path} component={Component} />
        ))}
        <Route>
          <Inside />
        </Route>
      </Switch>
    </Router>
  );
}

/** What only people who are signed in see; everybody else gets the sign-in page at the same address. */
function Inside(): ReactNode {
  const { data: me, error, isPending, refetch } = useMe();
  if (isPending) return <Coming />;
  if (error && me === undefined) {
    return (
      <Box maw={540} mx="auto" px="md" py="xl">
        <Problem error={error} retry={() => void refetch()} />
      </Box>
    );
  }
  if (!me) return <SignInPage />;
  if (me.organisation === null) return <FoundPage me={me} />;
  return (
    <SignedInAs me={me}>
      <Shell>
        <Switch>
          {inside.map(([path, Component]) => (
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
      </Shell>
    </SignedInAs>
  );
}
