/** The file of a server's scan: the name of its package, with the slash of a scope as two underscores. */
export function scanFileOf(name: string): string {
  return `${name.replaceAll('/', '__')}.json`;
}
