import { queryOptions, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { forgetAhead, keepOrganisation, keptOrganisation } from './ahead.ts';
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
  readonly memberships: readonly Membership[];
  readonly organisation: Membership['organisation'] | null;
  readonly rights: readonly string[];
  readonly mayFound: boolean;
}

/** Being asked who is signed in prolongs the session: a page that somebody leaves open must ask too. */
const ASK_AGAIN_MS = 3_600_000;

export const ME = queryOptions({
  queryKey: ['me'],
  queryFn: readMe,
  staleTime: 30_000,
  refetchInterval: ({ state }) => state.data !== null && ASK_AGAIN_MS,
});

/** Who is signed in; `null` for nobody. */
export function useMe(): UseQueryResult<Me | null> {
  return useQuery(ME);
}

async function readMe(): Promise<Me | null> {
  try {
    setOrganisation(keptOrganisation());
    return await withOrganisation(await api<Me>('/me'));
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.status === 401) {
      forgetAhead();
      return null;
    }
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
  keepOrganisation(organisation);
}

/** What changes who is signed in, or what is looked at. Everything that was read before is forgotten. */
export function useSession(): {
  readonly refresh: () => Promise<void>;
  readonly switchTo: (organisation: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
} {
  const queries = useQueryClient();
  const refresh = async (): Promise<void> => {
    forgetAhead();
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
      forgetAhead();
      queries.setQueryData(['me'], null);
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
    },
  };
}
