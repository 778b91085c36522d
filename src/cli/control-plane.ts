/** The control plane beside a gateway: what people registered goes into the directory, and the API serves who administers it. */
import type { IncomingMessage, RequestListener } from 'node:http';
import type { LiveTools } from '#control';
import { clientAddress, ControlSource, rangesOf } from '#gateway';
import { systemClock, type LoadedConfiguration } from '#platform';
import type { ToolDefinition } from '#policy';
import { createUsageAhead } from '#records';
import { UpstreamUnavailable, type AddressRules, type ToolCatalogue } from '#upstream';
import type { Assembly, Compose } from './assembly.ts';
import { createControlListener } from './control-api.ts';
import type { ControlRooms } from './control-rooms.ts';
import { declaredPolicies, declaredServers, describedGrants, installationOf } from './declared.ts';
import { DriftLook } from './drift-look.ts';
import { createManagedUpstreams } from './managed-upstreams.ts';
import { Rounds } from './rounds.ts';
import { ServerLooks } from './server-looks.ts';
import type { Site } from './site.ts';

const DRIFT_MS = 2_000;
const LOOK_MS = 2_000;
const COUNT_MS = 2_000;

export interface ControlPlaneOptions {
  readonly compose: Compose;
  readonly assembly: Assembly;
  readonly rooms: ControlRooms;
  /** The configuration as it is now; it is read again when it changes. */
  readonly loaded: () => LoadedConfiguration;
  readonly dataDir: string;
  readonly origin: () => string;
  readonly otherOrigins: () => readonly string[];
  /** Whether only programs of this machine reach the gateway. */
  readonly isOnLoopback: boolean;
  /** What the founder of the first organisation must know; undefined where only this machine reaches the gateway. */
  readonly setupCode: string | undefined;
  readonly site: Site | undefined;
  /** Takes over every grant as it is now; see `GrantSource.catchUp`. */
  readonly catchUpGrants: () => Promise<void>;
}

export interface ControlPlane {
  /** Keeps the directory equal to what people registered. */
  readonly source: ControlSource;
  /** Serves `/api/`; undefined where the configuration wants none. */
  readonly serve: RequestListener | undefined;
  /** Lets go whoever follows the log. */
  endStreams(): void;
  close(): Promise<void>;
}

/** Opens it; `source.load()` is the caller's, once the declared servers are in the directory. */
export function openControlPlane(options: ControlPlaneOptions): ControlPlane {
  const { compose, assembly, rooms, loaded, dataDir, origin, isOnLoopback, site } = options;
  const { store, directory, log } = assembly;
  const { configuration } = loaded();
  const addresses: AddressRules =
    configuration.upstreamAddresses ?? (isOnLoopback ? { allow: ['127.0.0.0/8', '::1/128'] } : 'public');
  const allowCommands = configuration.commands ?? isOnLoopback;
  const managed = createManagedUpstreams({
    compose,
    keys: rooms.keys,
    vault: assembly.vault,
    addresses,
    allowCommands,
    origin,
    notify: (event) => rooms.notifier.notify(event),
  });
  const source = new ControlSource({
    directory,
    control: store.control,
    openUpstream: (server) => managed.open(server),
    approvals: rooms.approvalSettings,
    log,
    telemetry: assembly.gateway.telemetry,
  });
  const drift = new DriftLook(directory, rooms.driftWatch);
  const rounds = new Rounds(log);
  const looks = new ServerLooks(directory, store.control.looks);
  rounds.every(LOOK_MS, 'what servers answered could not be noted', () => looks.note());
  rounds.every(DRIFT_MS, 'definitions could not be compared with the accepted ones', () => drift.look());
  const usage = createUsageAhead(assembly.records, systemClock);
  rounds.every(COUNT_MS, 'decisions could not be counted ahead', () => usage.count());
  const ofInstallation = <T>(organisation: string, list: (from: LoadedConfiguration) => readonly T[]) =>
    organisation === installationOf(configuration) ? list(loaded()) : [];
  const proxies = configuration.trustedProxies && rangesOf(configuration.trustedProxies);
  const api =
    configuration.control === false
      ? undefined
      : createControlListener({
          store,
          dataDir,
          configuration,
          rooms,
          records: assembly.records,
          origin,
          otherOrigins: options.otherOrigins,
          declaredServers: (organisation) => ofInstallation(organisation, declaredServers),
          declaredPolicies: (organisation) => ofInstallation(organisation, declaredPolicies),
          declaredGrants: (organisation) => ofInstallation(organisation, describedGrants),
          liveTools: (server) => liveTools(assembly, source, server),
          // grants are told of when their server is unknown: servers first
          async bringIntoForce() {
            await source.catchUp();
            await options.catchUpGrants();
          },
          probe: managed.probe,
          vault: assembly.vault,
          addresses,
          allowCommands,
          setupCode: options.setupCode,
          catalogue: async () => site?.catalogue(),
          addressOf: (request: IncomingMessage) => clientAddress(request, proxies),
          clock: systemClock,
          log,
        });
  return {
    source,
    serve:
      api &&
      ((request, response) => {
        usage.noteQuestion();
        api.serve(request, response);
      }),
    endStreams: () => api?.endStreams(),
    async close() {
      await Promise.all([rounds.stop(), api?.close(), source.close()]);
    },
  };
}

/** A server that was registered a moment ago in another process may not be in this one's directory yet. */
async function liveTools({ directory }: Assembly, source: ControlSource, id: string): Promise<LiveTools> {
  if (directory.server(id) === undefined) await source.catchUp();
  const server = directory.server(id);
  if (server === undefined)
    return { unavailable: 'The gateway could not open this server; its log says why.' };
  try {
    return listOf(await server.upstream.tools());
  } catch (error) {
    if (error instanceof UpstreamUnavailable) return { unavailable: error.message };
    throw error;
  }
}

const lists = new WeakMap<ToolCatalogue, readonly ToolDefinition[]>();

/** The definitions of a list: the same array as long as they are the same, for classes and checks are kept with it. */
function listOf(catalogue: ToolCatalogue): readonly ToolDefinition[] {
  const now = [...catalogue.values()].map(({ definition }) => definition);
  const before = lists.get(catalogue);
  if (before?.length === now.length && before.every((definition, index) => definition === now[index]))
    return before;
  lists.set(catalogue, now);
  return now;
}
