import * as z from 'zod';
import { changePage } from './change-page.ts';
import { AFTER, CURSOR, LIMIT, NO_PARAMETERS, text } from './parameters.ts';
import { route } from './route.ts';

export const FEED_ROUTES = [
  route({
    method: 'GET',
    path: '/v0/changes',
    id: 'listChanges',
    summary: 'What was different when servers were read again',
    query: z.strictObject({
      after: AFTER,
      server: text('Slug of a server: only its changes.'),
      limit: LIMIT,
    }),
    answer: 'ChangePage',
    refusals: [],
    run: async ({ index, query }) => ({ answer: await changePage(index, query) }),
  }),
  route({
    method: 'GET',
    path: '/v0/totals',
    id: 'getTotals',
    summary: 'How much there is',
    query: NO_PARAMETERS,
    answer: 'Totals',
    refusals: [],
    run: async ({ index }) => ({ answer: await index.totals() }),
  }),
  route({
    method: 'GET',
    path: '/v0/unanswered',
    id: 'listUnanswered',
    summary: 'Packages that were tried and gave no tools, and why',
    query: z.strictObject({ limit: LIMIT, cursor: CURSOR }),
    answer: 'UnansweredPage',
    refusals: [],
    async run({ index, query: { limit, cursor } }) {
      const { items, next } = await index.unanswered({ limit, ...(cursor !== undefined && { cursor }) });
      return { answer: { unanswered: items, ...(next !== undefined && { next }) } };
    },
  }),
];
