import type { Mailer } from '#platform';
import type { ApiKeyStore, OrganisationStore } from '#store';
import type { Identity } from './identity.ts';

/** What the routes about people are made of. */
export interface PeopleParts {
  readonly identity: Identity;
  readonly organisations: OrganisationStore;
  readonly apiKeys: ApiKeyStore;
  /** Who may found an organisation: the first person, everybody, or nobody. People who are invited always may come. */
  readonly signUp: 'first' | 'open' | 'closed';
  /** What the founder of the first organisation must know; undefined where only this machine reaches the gateway. */
  readonly setupCode?: string | undefined;
  /** Id of the first organisation, which everything belongs to that was there before it. */
  readonly installationOrganisation: string;
  /** Where people reach the gateway; links begin with it. */
  readonly origin: string;
  readonly mail: Mailer | undefined;
}
