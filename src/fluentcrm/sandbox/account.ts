/** What a WordPress user may do through the REST API. */
export type Role = 'administrator' | 'operator' | 'reader' | 'nobody';

export type Account = { readonly username: string; readonly password: string; readonly role: Role };

/** The users of the look-alike. Their passwords open nothing but the look-alike. */
export const ACCOUNTS: Readonly<Record<Role, Account>> = {
  administrator: {
    username: 'administrator',
    password: 'sandbox administrator password',
    role: 'administrator',
  },
  operator: { username: 'operator', password: 'sandbox operator password', role: 'operator' },
  reader: { username: 'reader', password: 'sandbox reader password', role: 'reader' },
  nobody: { username: 'nobody', password: 'sandbox nobody password', role: 'nobody' },
};

/** The role of whoever holds these credentials; undefined for wrong ones, which count as none. */
export function roleOf(
  credentials: { readonly username: string; readonly password: string } | null,
): Role | undefined {
  return Object.values(ACCOUNTS).find(
    (account) => account.username === credentials?.username && account.password === credentials.password,
  )?.role;
}

/** Whether the role may call the method on the family (first path segment) of routes. */
export function mayCall(role: Role, method: string, family: string): boolean {
  if (role === 'administrator') return true;
  if (role === 'nobody') return false;
  if (family === 'webhooks' || family === 'custom-fields') return false;
  if (method === 'GET') return true;
  return role === 'operator' && method !== 'DELETE';
}
