import { FEED_ROUTES } from './feed-routes.ts';
import { NO_PARAMETERS } from './parameters.ts';
import { route, type Route } from './route.ts';
import { SERVER_ROUTES } from './server-routes.ts';
import { stackReport } from './stack-answers.ts';
import { TOOL_ROUTES } from './tool-routes.ts';

/** All paths of the API, besides the document that is made of them. */
export const ROUTES: readonly Route[] = [
  ...SERVER_ROUTES,
  ...TOOL_ROUTES,
  ...FEED_ROUTES,
  route({
    method: 'POST',
    path: '/v0/check',
    id: 'checkStack',
    summary: 'What the servers of a client’s configuration could do',
    query: NO_PARAMETERS,
    answer: 'StackReport',
    refusals: [413, 415],
    run: ({ index, body }) => stackReport(body, index),
  }),
];
