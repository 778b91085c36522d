import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiProblem } from './api/client.ts';
import { App } from './app.tsx';
import { useIsPainted } from './parts/use-painted.ts';
import { readFirstPage } from './shell/first-page.ts';
import { placeAt } from './shell/places.ts';
import { documentIsReady } from './shell/ready-document.ts';
import { colorSchemes, cssVariables, setColorScheme, theme } from './theme.ts';

/** A session that has ended shows the sign-in page, over whatever was open; what was typed there stays. */
function onFailure(error: unknown): void {
  if (error instanceof ApiProblem && error.status === 401)
    void queries.invalidateQueries({ queryKey: ['me'] });
}

/** A refusal stays one, and a fault mostly does; a gateway that restarts is there again in a moment. */
function mostRetries(error: Error): number {
  if (!(error instanceof ApiProblem) || error.status < 400 || error.status > 500) return 3;
  return error.status === 500 ? 1 : 0;
}

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: onFailure }),
  mutationCache: new MutationCache({ onError: onFailure }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => failures < mostRetries(error),
    },
  },
});

/** Nothing is told before the first page is there: until then this would only keep it waiting. */
function LaterNotifications(): ReactNode {
  return useIsPainted() && <Notifications position="bottom-right" />;
}

/** Draws the dashboard. In a function: code that waits where it stands would keep modules of pages waiting that share some with it. */
async function begin(): Promise<void> {
  setColorScheme(document.documentElement);
  const [letGo] = await Promise.all([
    readFirstPage(queries, placeAt(location.pathname), new URLSearchParams(location.search)),
    documentIsReady(document),
  ]);
  const root = document.getElementById('root');
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        colorSchemeManager={colorSchemes}
        cssVariablesResolver={cssVariables}
      >
        <LaterNotifications />
        <QueryClientProvider client={queries}>
          <App drawn={letGo} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

void begin();
