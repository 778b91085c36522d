import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import type { GovernedServer } from '../../api/servers.ts';
import { StateBadge } from '../../parts/state-badge.tsx';

export interface StateWord {
  readonly word: string;
  readonly tone: 'low' | 'medium' | 'critical' | 'unknown';
  /** The smaller, the more it needs somebody. */
  readonly urgency: number;
}

/** What is to be said of a server's state, the most urgent first; nothing that needs nobody. */
export function stateWords(server: GovernedServer): readonly StateWord[] {
  const { credential, drift, onChange, lastAsked } = server;
  const words: StateWord[] = [];
  if (credential.state === 'unreadable')
    words.push({ word: 'Cannot be decrypted', tone: 'critical', urgency: 0 });
  if (credential.state === 'needs_consent')
    words.push({ word: 'Needs consent again', tone: 'critical', urgency: 1 });
  if (credential.state === 'none') words.push({ word: 'Not connected yet', tone: 'critical', urgency: 1 });
  // whoever is not connected cannot answer, and says so already
  if (lastAsked?.ok === false && words.length === 0)
    words.push({ word: 'Does not answer', tone: 'critical', urgency: 1 });
  if (drift > 0) {
    const tools = drift === 1 ? '1 tool changed' : `${drift} tools changed`;
    words.push({
      word: onChange === 'block' ? `${tools}, blocked` : tools,
      tone: 'medium',
      urgency: 2,
    });
  }
  return words;
}

/** How urgently a server needs somebody, for sorting. */
export function urgencyOf(server: GovernedServer): number {
  return stateWords(server)[0]?.urgency ?? 5;
}

/** Whether the gateway has what it needs to ask the server. */
export function isAskable({ credential: { state } }: GovernedServer): boolean {
  return state === undefined || state === 'connected';
}

/** The state of a server as badges. */
export function ServerState({ server }: { readonly server: GovernedServer }): ReactNode {
  return (
    <Group gap={6}>
      {stateWords(server).map(({ word, tone }) => (
        <StateBadge key={word} tone={tone}>
          {word}
        </StateBadge>
      ))}
      {!server.managed && <StateBadge tone="unknown">Configuration file</StateBadge>}
    </Group>
  );
}

const TRANSPORTS: Readonly<Record<GovernedServer['kind'], string>> = {
  stdio: 'Command',
  'streamable-http': 'Streamable HTTP',
  sse: 'HTTP with SSE',
};

/** What the server speaks, in words. */
export function transportWord(kind: GovernedServer['kind']): string {
  return TRANSPORTS[kind];
}

/** Where a server is, on one line, as far as it may be shown. */
export function placeOf({ connection: { url, command, args = [] } }: GovernedServer): string {
  return url ?? [command ?? '', ...args].join(' ');
}

const CREDENTIALS: Readonly<Record<GovernedServer['credential']['kind'], string>> = {
  none: 'None',
  environment: 'Environment variables',
  headers: 'Headers',
  oauth: 'OAuth, with a person’s consent',
  client_credentials: 'OAuth, the gateway’s own login',
};

/** What the gateway proves itself with. */
export function credentialWord({ credential }: GovernedServer): string {
  return CREDENTIALS[credential.kind];
}
