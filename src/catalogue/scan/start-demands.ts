/** What a server said that it misses, while it refused to start. */
export interface Demands {
  readonly environment: Set<string>;
  /** Long options, with their dashes. */
  readonly flags: Set<string>;
}

const MAX_DEMANDS = 12;

/** Adds the variables and options that a complaint names: `Please set MAKE_API_KEY`, `Missing argument: --project-id`. */
export function addDemands(complaint: string, { environment, flags }: Demands): void {
  for (const [name] of complaint.matchAll(/\b[A-Z][A-Z0-9]{1,30}(?:_[A-Z0-9]{1,30}){1,6}\b/g))
    if (environment.size < MAX_DEMANDS && !/^(?:ERR|MODULE|UV|ECONN|NODE)_/.test(name)) environment.add(name);
  for (const [, flag = ''] of complaint.matchAll(/(?:^|[\s"'`(|[])(--[a-z][a-z0-9-]{1,40})\b/g))
    if (flags.size < MAX_DEMANDS && !/^--(?:help|version|http|sse|port|stdio|no-.*)$/.test(flag))
      flags.add(flag);
}
