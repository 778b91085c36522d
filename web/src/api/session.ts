import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { api, ApiProblem, auth, setOrganisation } from './client.ts';

export interface Membership {
  readonly organisation: { readonly id: string; readonly name: string; readonly createdAt: string };
  readonly role: 'viewer' | 'policy_manager' | 'admin';
  readonly isApprover: boolean;
}

/** Who is signed in, and what that person may do in the organisation at hand. */
export interface Me {
  readonly user: {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly twoFactorEnabled: boolean;
  };
  /** Sign-in providers that the account is joined to. */
  readonly providers: readonly string[];
  readonly memberships: readonly Membership[];
  readonly organisation: Membership['organisation'] | null;
  readonly rights: readonly string[];
  readonly mayFound: boolean;
}

const KEPT_ORGANISATION = 'toolgate-organisation';

/** Who is signed in; `null` for nobody. */
export function useMe(): UseQueryResult<Me | null> {
  return useQuery({ queryKey: ['me'], queryFn: readMe, staleTime: 30_000 });
}

async function readMe(): Promise<Me | null> {
  try {
    setOrganisation(localStorage.getItem(KEPT_ORGANISATION) ?? undefined);
    return await withOrganisation(await api<Me>('/me'));
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.status === 401) return null;
    // the organisation that was looked at last is not theirs any more
    if (error.status !== 404) throw error;
    choose(undefined);
    return withOrganisation(await api<Me>('/me'));
  }
}

/** Somebody in several organisations looks at one of them: the first, until another is chosen. */
async function withOrganisation(me: Me): Promise<Me> {
  const [first] = me.memberships;
  if (me.organisation !== null || first === undefined) return me;
  choose(first.organisation.id);
  return api<Me>('/me');
}

function choose(organisation: string | undefined): void {
  setOrganisation(organisation);
  if (organisation === undefined) localStorage.removeItem(KEPT_ORGANISATION);
  else localStorage.setItem(KEPT_ORGANISATION, organisation);
}

/** What changes who is signed in, or what is looked at. Everything that was read before is forgotten. */
export function useSession(): {
  readonly refresh: () => Promise<void>;
  readonly switchTo: (organisation: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
} {
  const queries = useQueryClient();
  const refresh = async (): Promise<void> => {
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
    await queries.invalidateQueries({ queryKey: ['me'] });
  };
  return {
    refresh,
    switchTo: (organisation) => {
      choose(organisation);
      return refresh();
    },
    signOut: async () => {
      await auth('/sign-out', {});
      queries.setQueryData(['me'], null);
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
    },
  };
}
