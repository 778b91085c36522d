/** How many messages are taken in the last hour: of one client, and of all. */
export interface ContactLimit {
  /** Whether another message of the client is taken now; if so, it is counted. */
  take(client: string): boolean;
}

const HOUR_MS = 3_600_000;
const OF_ONE = 5;
const OF_ALL = 100;

/** Counts in memory. No more messages are remembered than are taken in an hour, so that it stays small. */
export function createContactLimit(now: () => number): ContactLimit {
  let taken: readonly { readonly client: string; readonly at: number }[] = [];
  return {
    take(client) {
      const at = now();
      taken = taken.filter((one) => one.at > at - HOUR_MS);
      const own = taken.filter((one) => one.client === client).length;
      if (own >= OF_ONE || taken.length >= OF_ALL) return false;
      taken = [...taken, { client, at }];
      return true;
    },
  };
}
