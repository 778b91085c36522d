import type { ConsentEvent, Probe, ProbedServer } from '#control';
import { ToolgateError, type KeyRing } from '#platform';
import type { ManagedServer } from '#store';
import type { AddressRules, ConsentWay, CredentialVault, Upstream } from '#upstream';
import type { Compose } from './assembly.ts';
import { createProbe, targetOfConnection } from './probe-server.ts';

export interface ManagedUpstreamOptions {
  readonly compose: Pick<Compose, 'createUpstream'>;
  readonly keys: KeyRing;
  readonly vault: () => Promise<CredentialVault>;
  /** Where servers that people register may lie. */
  readonly addresses: AddressRules;
  /** Whether registered commands may run on this machine. */
  readonly allowCommands: boolean;
  /** Origin under which people reach this gateway, for links in what they are told. */
  readonly origin: () => string;
  readonly notify: (event: ConsentEvent) => Promise<void>;
}

/** The servers that people register, opened. */
export interface ManagedUpstreams {
  /**
   * The way to a stored server. Throws `key.unknown` or `key.refused` when its connection cannot be decrypted, `server.commands_off`
   * for a command where none may run, and what a connection that cannot be used throws.
   */
  open(server: ManagedServer & { readonly organisation: string }): Promise<Upstream>;
  readonly probe: Probe;
}

export function createManagedUpstreams(options: ManagedUpstreamOptions): ManagedUpstreams {
  const { compose, keys, vault, addresses, allowCommands, origin, notify } = options;
  const consentFor = (server: ProbedServer | undefined): ConsentWay => ({
    how: 'an admin connects it in Toolgate',
    onNeeded() {
      if (server === undefined) return;
      const { id, name, organisation } = server;
      void notify({
        event: 'server.consent_needed',
        organisation,
        text: `The gateway's access to ${name} has ended, or is not enough: an admin must connect it again.`,
        url: `${origin()}/app/servers/${id}`,
        facts: { server: id },
      });
    },
  });
  return {
    async open(server) {
      // a gateway with nothing but declared servers carries nothing of the control plane
      const { openConnection, readSettings } = await import('#control');
      const connection = openConnection(server, keys);
      if (connection.kind === 'stdio' && !allowCommands) throw commandsOff(server.id);
      const { limits = {} } = readSettings(server.settings);
      const parts = { vault, addresses, consent: consentFor(server) };
      return compose.createUpstream(server.id, targetOfConnection(connection), limits, parts);
    },
    probe: createProbe({ compose, vault, addresses, allowCommands, consentFor }),
  };
}

function commandsOff(server: string): ToolgateError {
  return new ToolgateError(
    'server.commands_off',
    `The server "${server}" is a command, and none may run here.`,
    {
      hint: 'Allow commands that people register in the configuration, or declare the server there.',
    },
  );
}
