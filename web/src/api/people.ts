import {
  infiniteQueryOptions,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseMutationResult,
} from '@tanstack/react-query';
import { useRef } from 'react';
import { api } from './client.ts';
import type { Page } from './pages.ts';
import type { Membership } from './session.ts';

export type Role = Membership['role'];
export const ROLES: readonly Role[] = ['viewer', 'policy_manager', 'admin'];
const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: 'Viewer',
  policy_manager: 'Policy manager',
  admin: 'Admin',
};

/** A role as people read it. */
export function roleWord(role: Role): string {
  return ROLE_WORDS[role];
}

export interface Member {
  readonly user: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly isApprover: boolean;
  readonly createdAt: string;
}

export interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly isApprover: boolean;
  readonly invitedBy: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly status: 'open' | 'accepted' | 'revoked' | 'expired';
}

/** A key with which scripts use the API. */
export interface ApiKey {
  readonly id: string;
  readonly label: string;
  readonly scopes: readonly string[];
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}

type Pages<T> = UseInfiniteQueryResult<InfiniteData<Page<T>>>;

const PAGE = 200;

/** How a list of people's things is read, page by page. */
function pagesOf<T>(noun: string, path: string) {
  return infiniteQueryOptions({
    queryKey: [noun, 'list'],
    queryFn: ({ pageParam, signal }) =>
      api<Page<T>>(path, { query: { limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  });
}

export const MEMBERS = pagesOf<Member>('members', '/members');
const INVITATIONS = pagesOf<Invitation>('invitations', '/invitations');
export const API_KEYS = pagesOf<ApiKey>('api-keys', '/api-keys');

/**
 * A key for one intention: the same for the same content until it succeeded, so that what is sent again after a broken connection is not
 * done twice.
 */
export function useIntention(): {
  readonly keyOf: (content: unknown) => string;
  readonly fulfilled: () => void;
} {
  const kept = useRef({ content: '', key: '' });
  return {
    keyOf(content) {
      const text = JSON.stringify(content);
      if (kept.current.content !== text) kept.current = { content: text, key: newKey() };
      return kept.current.key;
    },
    fulfilled() {
      kept.current = { content: '', key: '' };
    },
  };
}

function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/** The members of the organisation, oldest first. */
export function useMembers(enabled = true): Pages<Member> {
  return useInfiniteQuery({ ...MEMBERS, enabled });
}

export interface MemberChange {
  readonly user: string;
  readonly role?: Role;
  readonly isApprover?: boolean;
}

/** Gives a member another role, or the right to answer held calls. */
export function useChangeMember(): UseMutationResult<Member, Error, MemberChange> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ user, ...change }: MemberChange) =>
      api<Member>(`/members/${encodeURIComponent(user)}`, { method: 'PATCH', body: change }),
    onSuccess: async (changed) => {
      queries.setQueryData<InfiniteData<Page<Member>>>(
        ['members', 'list'],
        (before) =>
          before && {
            ...before,
            pages: before.pages.map((page) => ({
              ...page,
              items: page.items.map((member) => (member.user === changed.user ? changed : member)),
            })),
          },
      );
      // it may be one's own place that was changed
      await queries.invalidateQueries({ queryKey: ['me'] });
    },
  });
}

/** Ends a membership. */
export function useRemoveMember(): UseMutationResult<unknown, Error, string> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (user: string) => api(`/members/${encodeURIComponent(user)}`, { method: 'DELETE' }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['members'] }),
  });
}

/** All invitations, newest first; for those who may invite. */
export function useInvitations(): Pages<Invitation> {
  return useInfiniteQuery(INVITATIONS);
}

export interface NewInvitation {
  readonly invitation: Invitation;
  readonly mailed: boolean;
  /** Shown once, where it could not be mailed. */
  readonly link?: string;
}
export type InvitationDraft = Pick<Invitation, 'email' | 'role' | 'isApprover'>;

/** Invites a person. */
export function useInvite(): UseMutationResult<NewInvitation, Error, InvitationDraft> {
  const queries = useQueryClient();
  const { keyOf, fulfilled } = useIntention();
  return useMutation({
    mutationFn: (body: InvitationDraft) =>
      api<NewInvitation>('/invitations', { method: 'POST', body, idempotencyKey: keyOf(body) }),
    onSuccess: () => {
      fulfilled();
      return queries.invalidateQueries({ queryKey: ['invitations'] });
    },
  });
}

/** Takes an invitation back. */
export function useRevokeInvitation(): UseMutationResult<unknown, Error, string> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api(`/invitations/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['invitations'] }),
  });
}

/** All keys, newest first; never their tokens. */
export function useApiKeys(enabled = true): Pages<ApiKey> {
  return useInfiniteQuery({ ...API_KEYS, enabled });
}

export interface ApiKeyDraft {
  readonly label: string;
  readonly scopes: readonly string[];
  readonly expiresAt?: string;
}

/** Makes a key; its token is in this answer and nowhere else. */
export function useCreateApiKey(): UseMutationResult<
  { readonly key: ApiKey; readonly token: string },
  Error,
  ApiKeyDraft
> {
  const queries = useQueryClient();
  const { keyOf, fulfilled } = useIntention();
  return useMutation({
    mutationFn: (body: ApiKeyDraft) =>
      api<{ readonly key: ApiKey; readonly token: string }>('/api-keys', {
        method: 'POST',
        body,
        idempotencyKey: keyOf(body),
      }),
    onSuccess: () => {
      fulfilled();
      return queries.invalidateQueries({ queryKey: ['api-keys'] });
    },
  });
}

/** Revokes a key: the next request with it is refused. */
export function useRevokeApiKey(): UseMutationResult<unknown, Error, string> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api(`/api-keys/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['api-keys'] }),
  });
}

/** Gives the organisation another name. */
export function useRenameOrganisation(): UseMutationResult<
  Membership['organisation'],
  Error,
  { readonly name: string }
> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { readonly name: string }) =>
      api<Membership['organisation']>('/organisation', { method: 'PATCH', body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['me'] }),
  });
}
