import type { Directory, GovernedServer } from '#gateway';
import type { KnownTool } from '#policy';
import type { DriftWatch } from '#upstream';

/**
 * Compares what servers list with what people accepted, whenever a server was listed anew. Looking at a list that is known also keeps it
 * young: an idle server is listed again after its usual time.
 */
export class DriftLook {
  readonly #directory: Pick<Directory, 'servers'>;
  readonly #watch: DriftWatch;
  /** The tools that were last looked at, by server: a definition that did not change is the same object. */
  readonly #seen = new WeakMap<GovernedServer['upstream'], ReadonlySet<KnownTool>>();

  constructor(directory: Pick<Directory, 'servers'>, watch: DriftWatch) {
    this.#directory = directory;
    this.#watch = watch;
  }

  /** To be called every few seconds. Rejects when the store fails; what was not compared then is compared the next time. */
  async look(): Promise<void> {
    for (const { id, organisation, upstream } of this.#directory.servers()) {
      const tools = upstream.knownTools();
      if (tools === undefined || isSameList(tools, this.#seen.get(upstream))) continue;
      const known = [...tools.values()];
      await this.#watch.look(
        organisation,
        id,
        known.map(({ definition }) => definition),
      );
      this.#seen.set(upstream, new Set(known));
    }
  }
}

/** Whether a list is the one that was seen: a definition that did not change is the same object. */
export function isSameList(
  tools: ReadonlyMap<string, KnownTool>,
  seen: ReadonlySet<KnownTool> | undefined,
): boolean {
  return (
    seen !== undefined && seen.size === tools.size && [...tools.values()].every((tool) => seen.has(tool))
  );
}
