import {
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { api, ApiProblem, auth } from './client.ts';

/** How people come in here. */
export interface SignInOptions {
  readonly signUp: boolean;
  /** Whether whoever signs up first must give the setup code of the gateway. */
  readonly setupCode: boolean;
  readonly providers: readonly { readonly id: string; readonly name: string }[];
  /** Whether links are mailed; else the operator hands them on. */
  readonly mail: boolean;
}

/** How people come in here; the same before and after one is signed in. */
export function useSignInOptions(): UseQueryResult<SignInOptions> {
  return useQuery(SIGN_IN_OPTIONS);
}

/** How that is read. */
export const SIGN_IN_OPTIONS = queryOptions({
  queryKey: ['sign-in-options'],
  queryFn: ({ signal }) => api<SignInOptions>('/sign-in-options', { signal }),
  staleTime: 60_000,
});

/** What the sign-in says in few words, said so that one knows what to do. */
const TEXTS: Readonly<Record<string, readonly [detail: string, hint?: string]>> = {
  'people.invalid_email_or_password': [
    'The address or the password is not right.',
    'Both are checked together, so that nobody can find out who has an account.',
  ],
  'people.invalid_password': ['The password is not right.'],
  'people.credential_account_not_found': [
    'This account has no password: it signs in with a provider.',
    'To give it one, sign out and choose "Forgot your password?".',
  ],
  'people.invalid_code': [
    'This code is not right.',
    'Codes change every 30 seconds. Take the one that is shown now; if it fails again, check the clock of the device.',
  ],
  'people.invalid_backup_code': ['This backup code is not right, or was used already.', 'Each works once.'],
  'people.invalid_two_factor_cookie': ['This sign-in took too long.', 'Start again with your password.'],
  'people.too_many_attempts_request_new_code': ['Too many wrong codes.', 'Start again with your password.'],
  'people.account_temporarily_locked': [
    'Too many wrong codes.',
    'Wait a quarter of an hour, then start again with your password.',
  ],
  'people.invalid_token': [
    'This link does not work any more.',
    'It works once, for an hour. Ask for another one on the sign-in page.',
  ],
  'people.totp_already_enabled': ['Two-step sign-in is on already.', 'Load this page again to see it.'],
  'people.session_not_fresh': [
    'You signed in too long ago for this.',
    'Sign out and in again, then repeat it.',
  ],
};

/** Asks the sign-in (`/api/auth` + path); its refusals in words that say what to do. */
export async function askAccount<T>(path: string, body: unknown): Promise<T> {
  try {
    return await auth<T>(path, body);
  } catch (error) {
    throw inWords(error);
  }
}

function inWords(error: unknown): unknown {
  if (!(error instanceof ApiProblem)) return error;
  const [detail, hint] = TEXTS[error.code] ?? [];
  if (detail === undefined) return error;
  return new ApiProblem(error.status, { code: error.code, detail, ...(hint !== undefined && { hint }) });
}

/** What failed on the way back from a sign-in provider (`?error=…`), in words. */
const RETURN_TEXTS: Readonly<Record<string, readonly [detail: string, hint: string]>> = {
  access_denied: [
    'The provider did not let you in, or you turned back.',
    'Try again, or sign in with a password.',
  ],
  account_not_linked: [
    'There is an account with this address already, and it is not joined to the provider.',
    'Sign in with your password, then join them under Settings, Account.',
  ],
  unable_to_link_account: [
    'The provider does not vouch for your address.',
    'Confirm your e-mail address at the provider first.',
  ],
  email_does_not_match: [
    'The account at the provider has another e-mail address than yours here.',
    'Choose the one with the same address.',
  ],
  account_already_linked_to_different_user: [
    'This account at the provider belongs to somebody else here.',
    'Choose another one.',
  ],
  email_not_found: ['The provider did not say your e-mail address.', 'Ask the operator of this gateway.'],
  email_not_verified: [
    'The provider does not vouch for your address.',
    'Confirm your e-mail address at the provider first.',
  ],
  signup_disabled: ['There is no account for you here.', 'Ask an administrator for an invitation.'],
};
const STALE: readonly [string, string] = [
  'The sign-in took too long, or was begun in another browser.',
  'Try again from here.',
];
const STALE_CODES: ReadonlySet<string> = new Set([
  'state_mismatch',
  'state_not_found',
  'state_invalid',
  'please_restart_the_process',
  'invalid_callback_request',
  'no_code',
  'invalid_code',
]);
const LONGEST_CODE = 60;

/** The problem that an address speaks of after a sign-in provider; undefined for an address that speaks of none. */
export function returnProblem(search: string): ApiProblem | undefined {
  const code = new URLSearchParams(search).get('error');
  if (code === null || code === '') return undefined;
  const known = RETURN_TEXTS[code.toLowerCase()] ?? (STALE_CODES.has(code) ? STALE : undefined);
  const [detail, hint] = known ?? [
    'The sign-in provider and this gateway did not understand each other.',
    `Try again. If it stays so, tell the operator: "${code.replaceAll(/[^\w .-]/g, '').slice(0, LONGEST_CODE)}".`,
  ];
  return new ApiProblem(400, { code: `provider.${code}`, detail, hint });
}

/** This page as the API takes an address to come back to: without what an earlier return left behind. */
export function pageToReturnTo(): string {
  const search = new URLSearchParams(location.search);
  search.delete('error');
  search.delete('error_description');
  const query = search.toString().replaceAll('+', '%20').replaceAll('*', '%2A');
  const path = location.pathname.replace(/\/sign-in$/, '/');
  const page = query === '' ? path : `${path}?${query}`;
  return /^\/app(?:[/?][\w\-./?&=%~]*)?$/.test(page) && page.length <= 500 ? page : '/app/';
}

export interface Leaving {
  readonly provider: string;
  /** Where to come back to, when it is not this page. */
  readonly page?: string;
}

/** Leaves for a sign-in provider: to come in with it, or to join it to the account that is signed in. */
export function useProvider(
  what: 'sign in' | 'join',
): UseMutationResult<{ readonly url: string }, Error, Leaving> {
  return useMutation({
    mutationFn: ({ provider, page = pageToReturnTo() }: Leaving) =>
      askAccount<{ readonly url: string }>(what === 'sign in' ? '/sign-in/social' : '/link-social', {
        provider,
        callbackURL: page,
        errorCallbackURL: what === 'sign in' ? '/app/sign-in' : page,
      }),
    onSuccess: ({ url }) => location.assign(url),
  });
}

function useAccountChange<T, V>(ask: (variables: V) => Promise<T>): UseMutationResult<T, Error, V> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ask,
    // a new password ends other sessions
    onSuccess: () =>
      Promise.all([['me'], ['my-sessions']].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
}

/** Changes the name that others see. */
export function useRenameMe(): UseMutationResult<unknown, Error, { readonly name: string }> {
  return useAccountChange((body) => askAccount('/update-user', body));
}

/** Changes the password; other browsers are signed out by it. */
export function useChangePassword(): UseMutationResult<
  unknown,
  Error,
  { readonly currentPassword: string; readonly newPassword: string }
> {
  return useAccountChange((body) => askAccount('/change-password', body));
}

/** Asks for a link with which the account of an address gets a new password, or its first. Whether there is one, nobody is told. */
export function useResetLink(): UseMutationResult<unknown, Error, { readonly email: string }> {
  return useMutation({ mutationFn: (body) => askAccount('/request-password-reset', body) });
}

/** What an authenticator is set up with. Nothing is asked of it before a code has shown that it works. */
export interface Enrolment {
  readonly totpURI: string;
  readonly backupCodes: readonly string[];
}

/** Begins the set-up of a second step, for the password. */
export function useEnrol(): UseMutationResult<Enrolment, Error, string> {
  return useAccountChange((password: string) => askAccount<Enrolment>('/two-factor/enable', { password }));
}

/** Shows that the authenticator works: from now on it is asked for. */
export function useProveAuthenticator(): UseMutationResult<unknown, Error, string> {
  return useAccountChange((code: string) => askAccount('/two-factor/verify-totp', { code }));
}

/** Gives up the second step, for the password. */
export function useDisableSecondStep(): UseMutationResult<unknown, Error, string> {
  return useAccountChange((password: string) => askAccount('/two-factor/disable', { password }));
}

/** Replaces the backup codes, for the password. */
export function useNewBackupCodes(): UseMutationResult<
  { readonly backupCodes: readonly string[] },
  Error,
  string
> {
  return useAccountChange((password: string) =>
    askAccount<{ readonly backupCodes: readonly string[] }>('/two-factor/generate-backup-codes', {
      password,
    }),
  );
}
