import { isJsonObject, META_KEYS, type JsonObject, type JsonRpcRequest } from '#mcp';
import type { ListKind } from './conversation.ts';
import type { Outlet } from './outlet.ts';

const FILTER_MEMBER: Readonly<Record<ListKind, string>> = {
  tools: 'toolsListChanged',
  prompts: 'promptsListChanged',
  resources: 'resourcesListChanged',
};

interface ChangeStream {
  announce(kind: ListKind): void;
  end(): void;
}

/** The open streams that are told when a list of the server changed. */
export class ChangeStreams {
  readonly #streams = new Set<ChangeStream>();
  #hasEnded = false;

  /** The GET stream of a legacy session: open until the client leaves. */
  openLegacy(outlet: Outlet): void {
    outlet.startStream();
    this.#keep(outlet, {
      announce: (kind) => outlet.event({ jsonrpc: '2.0', method: methodOf(kind) }, kind),
      end: () => outlet.endStream(),
    });
  }

  /**
   * A `subscriptions/listen` (2026-07-28, "Subscriptions"): acknowledged first, told only what it asked for, every
   * message tagged with the request's own id. Subscriptions to single resources are not accepted: the connection is shared.
   */
  openModern(outlet: Outlet, request: JsonRpcRequest): void {
    const asked = request.params?.['notifications'];
    const wanted = (Object.keys(FILTER_MEMBER) as ListKind[]).filter(
      (kind) => isJsonObject(asked) && asked[FILTER_MEMBER[kind]] === true,
    );
    const _meta = { [META_KEYS.subscriptionId]: request.id };
    const notifications = Object.fromEntries(wanted.map((kind) => [FILTER_MEMBER[kind], true]));
    outlet.startStream();
    outlet.event(
      notification('notifications/subscriptions/acknowledged', { _meta, notifications }),
      'acknowledged',
    );
    this.#keep(outlet, {
      announce: (kind) => {
        if (wanted.includes(kind)) outlet.event(notification(methodOf(kind), { _meta }), kind);
      },
      end: () => {
        const result = { resultType: 'complete', _meta };
        outlet.endStream(JSON.stringify({ jsonrpc: '2.0', id: request.id, result }));
      },
    });
  }

  announce(kind: ListKind): void {
    for (const stream of this.#streams) stream.announce(kind);
  }

  endAll(): void {
    this.#hasEnded = true;
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  #keep(outlet: Outlet, stream: ChangeStream): void {
    if (this.#hasEnded) {
      stream.end();
      return;
    }
    this.#streams.add(stream);
    outlet.whenAborted(() => this.#streams.delete(stream));
  }
}

function methodOf(kind: ListKind): string {
  return `notifications/${kind}/list_changed`;
}

function notification(method: string, params: JsonObject): JsonObject {
  return { jsonrpc: '2.0', method, params };
}
