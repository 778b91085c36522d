import { seal, unseal } from './seal.ts';
import type { SessionOwner } from './session-id.ts';

/**
 * Tasks without memory: the id that an agent gets is the server's own and the name of the called tool, signed with grant and
 * server. Nobody else can collect the result, and the policy can be asked again about the tool when somebody tries to.
 */
export interface TaskHandle {
  /** The server's own id. */
  readonly id: string;
  readonly tool: string;
  /** As the agent knows it. */
  readonly sealed: string;
}

/** The id must fit into `Mcp-Name` after sealing, beside a tool's name. */
const MAX_LENGTH = 2_048;

/** The handle of a task for the grant that made it, always the same one; undefined for an id that is too long. */
export function sealTask(
  id: string,
  tool: string,
  owner: SessionOwner,
  key: Uint8Array,
): TaskHandle | undefined {
  if (id.length > MAX_LENGTH) return undefined;
  return { id, tool, sealed: seal('tgt1', [id, tool], scopeOf(owner), key) };
}

/** The task behind an id; undefined when it is forged, damaged or somebody else's. */
export function openTask(sealed: unknown, owner: SessionOwner, key: Uint8Array): TaskHandle | undefined {
  if (typeof sealed !== 'string') return undefined;
  const opened = unseal('tgt1', sealed, scopeOf(owner), key) as [string, string] | undefined;
  return opened && { id: opened[0], tool: opened[1], sealed };
}

function scopeOf({ grantId, serverId }: SessionOwner): readonly string[] {
  return [grantId, serverId];
}

/**
 * The latest handles of this process, so that news of a task that come outside of any answer to a call (2025-11-25, GET
 * stream) can be given the agent's own id. Only a convenience: news of a task that is not here are not passed on, and
 * agents must not rely on them.
 */
export class RecentTasks {
  readonly #handles = new Map<string, TaskHandle>();
  readonly #max: number;

  constructor(max = 10_000) {
    this.#max = max;
  }

  find(id: string, owner: SessionOwner): TaskHandle | undefined {
    return this.#handles.get(nameOf(id, owner));
  }

  keep(handle: TaskHandle, owner: SessionOwner): void {
    const name = nameOf(handle.id, owner);
    this.#handles.delete(name); // to the end: the oldest go first
    this.#handles.set(name, handle);
    if (this.#handles.size <= this.#max) return;
    for (const oldest of this.#handles.keys()) {
      this.#handles.delete(oldest);
      break;
    }
  }
}

function nameOf(id: string, { grantId, serverId }: SessionOwner): string {
  return JSON.stringify([grantId, serverId, id]);
}
