/** The version of a policy that an address names (`?version=3`); undefined where it names none that could be. Apart, as `usage-span.ts` is. */
export function askedVersion(search: URLSearchParams): number | undefined {
  const version = search.get('version') ?? '';
  return /^[1-9]\d{0,8}$/.test(version) ? Number(version) : undefined;
}
