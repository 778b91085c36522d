import type { GovernedServer } from '../api/servers.ts';
import { inertName } from './inert.ts';

/** Names of servers by their ids; those that share one are told apart by the id. */
export function distinctNames(
  servers: readonly Pick<GovernedServer, 'id' | 'name'>[],
): (server: string) => string {
  const counts = new Map<string, number>();
  for (const { name } of servers) counts.set(name, (counts.get(name) ?? 0) + 1);
  const names = new Map(
    servers.map(({ id, name }) => [
      id,
      counts.get(name) === 1 ? inertName(name) : `${inertName(name)} (${id})`,
    ]),
  );
  return (server) => names.get(server) ?? inertName(server);
}
