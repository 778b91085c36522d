import type { NotifiedEvent } from '#notifications';
import type { ToolDefinition } from '#policy';
import type { PolicyStore } from '#store';
import type { DeclaredPolicy } from './policy-answers.ts';

/** The tools that a server lists now, or why they are not known. */
export type LiveTools = readonly ToolDefinition[] | { readonly unavailable: string };

/** A server of an organisation, registered or declared. */
export interface KnownServer {
  readonly id: string;
  readonly name: string;
  /** False for a server of the configuration file. */
  readonly managed: boolean;
}

/** What was just published, for those who keep the definitions that it was written against. */
export interface PublishedAgainst {
  readonly organisation: string;
  readonly server: string;
  readonly policy: string;
  /** The list that the publisher's policy was checked against. */
  readonly tools: readonly ToolDefinition[];
  /** `user:…` or `key:…` */
  readonly by: string;
  readonly at: number;
}

export interface PolicyParts {
  readonly policies: PolicyStore;
  readonly serverOf: (organisation: string, server: string) => Promise<KnownServer | undefined>;
  /** Policies of the configuration file on the servers of an organisation. */
  readonly declared: (organisation: string) => readonly DeclaredPolicy[];
  readonly liveTools: (organisation: string, server: string) => Promise<LiveTools>;
  /** Called in the transaction of a publication: it must ask nothing but the store. */
  readonly onPublished: (published: PublishedAgainst) => Promise<void>;
  readonly notify: (event: NotifiedEvent) => Promise<void>;
}
