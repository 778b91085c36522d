import {
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { api } from './client.ts';
import type { Page } from './pages.ts';
import { useIntention } from './people.ts';

export type WebhookFormat = 'toolgate' | 'slack';

export interface Webhook {
  readonly id: string;
  readonly label: string;
  /** Without the parts that could hold a key. */
  readonly address: string;
  /** Names of events, or `*` for all. */
  readonly events: readonly string[];
  readonly format: WebhookFormat;
  readonly isActive: boolean;
  readonly createdAt: string;
  readonly createdBy: string;
}
export type WebhookWithSecret = Webhook & { readonly secret: string };

export interface WebhookDraft {
  readonly label: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly format: WebhookFormat;
}

export interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly status: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  readonly nextAttemptAt?: string;
  readonly lastStatus?: number;
  readonly lastError?: string;
  readonly createdAt: string;
  readonly deliveredAt?: string;
  /** The body as it is sent. */
  readonly payload: string;
}

/** More than an organisation may have. */
const ALL = 200;
const PAGE = 50;
const LIVE_MS = 3_000;

/** The webhooks of the organisation, oldest first. */
export function useWebhooks(): UseQueryResult<readonly Webhook[]> {
  return useQuery(WEBHOOKS);
}

/** How they are read. */
export const WEBHOOKS = queryOptions({
  queryKey: ['webhooks', 'list'],
  queryFn: async ({ signal }) => {
    const { items } = await api<{ readonly items: readonly Webhook[] }>('/webhooks', {
      query: { limit: ALL },
      signal,
    });
    return items;
  },
});

/** What was and is to be sent to a webhook, newest first; kept fresh while somebody looks. */
export function useDeliveries(
  webhook: string,
  enabled: boolean,
): UseInfiniteQueryResult<InfiniteData<Page<Delivery>>> {
  return useInfiniteQuery({
    queryKey: ['webhooks', 'deliveries', webhook],
    queryFn: ({ pageParam, signal }) =>
      api<Page<Delivery>>(`/webhooks/${encodeURIComponent(webhook)}/deliveries`, {
        query: { limit: PAGE, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    enabled,
    refetchInterval: LIVE_MS,
  });
}

/** Makes a webhook; its secret is in this answer only. */
export function useCreateWebhook(): UseMutationResult<WebhookWithSecret, Error, WebhookDraft> {
  const queries = useQueryClient();
  const { keyOf, fulfilled } = useIntention();
  return useMutation({
    mutationFn: (body: WebhookDraft) =>
      api<WebhookWithSecret>('/webhooks', { method: 'POST', body, idempotencyKey: keyOf(body) }),
    onSuccess: () => {
      fulfilled();
      return queries.invalidateQueries({ queryKey: ['webhooks', 'list'] });
    },
  });
}

export type WebhookEdit = Partial<WebhookDraft> & { readonly isActive?: boolean };

/** Changes a webhook; what is left out stays. */
export function useChangeWebhook(id: string): UseMutationResult<Webhook, Error, WebhookEdit> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: WebhookEdit) => api<Webhook>(pathOf(id), { method: 'PATCH', body }),
    onSuccess: (changed) => {
      queries.setQueryData<readonly Webhook[]>(['webhooks', 'list'], (before) =>
        before?.map((webhook) => (webhook.id === id ? changed : webhook)),
      );
    },
  });
}

/** Removes a webhook and what was still to be sent to it. */
export function useRemoveWebhook(id: string): UseMutationResult<unknown, Error, void> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api(pathOf(id), { method: 'DELETE' }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['webhooks', 'list'] }),
  });
}

/** Gives a webhook a new secret; for a while it is signed with the one before, too. */
export function useRotateSecret(id: string): UseMutationResult<WebhookWithSecret, Error, number> {
  const { keyOf, fulfilled } = useIntention();
  return useMutation({
    mutationFn: (overlapSeconds: number) =>
      api<WebhookWithSecret>(`${pathOf(id)}/rotate-secret`, {
        method: 'POST',
        body: { overlapSeconds },
        idempotencyKey: keyOf([id, overlapSeconds]),
      }),
    onSuccess: fulfilled,
  });
}

/** Sends a test to a webhook; its deliveries show what came of it. */
export function useTestWebhook(id: string): UseMutationResult<Delivery, Error, void> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api<Delivery>(`${pathOf(id)}/test`, { method: 'POST' }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['webhooks', 'deliveries', id] }),
  });
}

/** Sends a delivery that failed, or waits for its next attempt, now. */
export function useRedeliver(webhook: string): UseMutationResult<unknown, Error, string> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (delivery: string) =>
      api(`/webhook-deliveries/${encodeURIComponent(delivery)}/redeliver`, { method: 'POST' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['webhooks', 'deliveries', webhook] }),
  });
}

function pathOf(id: string): string {
  return `/webhooks/${encodeURIComponent(id)}`;
}
