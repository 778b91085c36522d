/** What a server does when its definitions are no longer those that were accepted. */
export type OnChange = 'alert' | 'block';

/** A server that an organisation registered. Ids are unique in the whole installation: they are part of the URL. */
export interface ManagedServer {
  readonly id: string;
  readonly name: string;
  readonly kind: 'stdio' | 'streamable-http' | 'sse';
  /** How it is reached, as people may see it: no header value, variable, query or secret argument. JSON. */
  readonly display: string;
  /** How it is reached, whole, encrypted by whoever stores it (purpose `server:<id>`). */
  readonly connectionSealed: string;
  /** Everything else: methods, limits, approvals, capture. JSON. */
  readonly settings: string;
  readonly onChange: OnChange;
  /** Slug in the catalogue, where it was registered from there. */
  readonly catalogueSlug: string | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type ServerEdit = Partial<
  Pick<ManagedServer, 'name' | 'kind' | 'display' | 'connectionSealed' | 'settings' | 'onChange'>
>;

export interface ServerStore {
  /** Throws `server.exists` for an id that is taken, by a removed server too. */
  insert(organisation: string, server: ManagedServer): Promise<void>;
  list(organisation: string): Promise<readonly ManagedServer[]>;
  find(organisation: string, id: string): Promise<ManagedServer | undefined>;
  update(organisation: string, id: string, edit: ServerEdit, at: number): Promise<ManagedServer | undefined>;
  /** Removes it, revokes its grants, and keeps the row, so that its id is never given again. */
  remove(organisation: string, id: string, at: number): Promise<boolean>;
  /** The ids of all servers that the organisation ever registered: decisions about removed ones are still its own. */
  everRegistered(organisation: string): Promise<readonly string[]>;
  /** Those of all organisations, for the gateway. */
  all(): Promise<readonly (ManagedServer & { readonly organisation: string })[]>;
  /** For the rotation of keys: changes nothing but the sealed text, if it is still `from`. */
  reseal(id: string, from: string, to: string): Promise<boolean>;
}
