/** What a person may do in an organisation, from least to most. */
export type Role = 'viewer' | 'policy_manager' | 'admin';

export interface Organisation {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
}

/** A person's place in an organisation. */
export interface Member {
  readonly user: string;
  readonly role: Role;
  /** May decide held calls; a right beside the role. */
  readonly isApprover: boolean;
  readonly createdAt: number;
}

/** A member with what is known of the person. */
export type MemberEntry = Member & { readonly name: string; readonly email: string };

export interface Invitation {
  readonly id: string;
  /** In lower case. */
  readonly email: string;
  readonly role: Role;
  readonly isApprover: boolean;
  readonly invitedBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly acceptedAt: number | undefined;
  readonly revokedAt: number | undefined;
}

export interface OrganisationStore {
  /** Makes an organisation with its first admin. Throws `organisation.exists` for an id that is taken. */
  create(organisation: Organisation, founder: Member): Promise<void>;
  find(organisation: string): Promise<Organisation | undefined>;
  rename(organisation: string, name: string): Promise<void>;
  /** Ids of all that own something here, in order: also of one that held calls before anybody founded it. */
  owners(): Promise<readonly string[]>;
  count(): Promise<number>;
  /** The organisations of a person, oldest first. */
  ofUser(user: string): Promise<readonly { readonly organisation: Organisation; readonly member: Member }[]>;
  member(organisation: string, user: string): Promise<MemberEntry | undefined>;
  members(organisation: string): Promise<readonly MemberEntry[]>;
  /** Throws `member.exists`. */
  addMember(organisation: string, member: Member): Promise<void>;
  /** Throws `member.last_admin` when nobody would be left to administer. Resolves to whether there is such a member. */
  changeMember(
    organisation: string,
    user: string,
    change: { role?: Role; isApprover?: boolean },
  ): Promise<boolean>;
  /** Throws `member.last_admin`. Resolves to whether there was one. */
  removeMember(organisation: string, user: string): Promise<boolean>;
  /** `tokenHash` is the SHA-256 of the token in the invitation's link. */
  invite(organisation: string, invitation: Invitation, tokenHash: string): Promise<void>;
  invitations(organisation: string): Promise<readonly Invitation[]>;
  revokeInvitation(organisation: string, id: string, at: number): Promise<boolean>;
  /** The open invitation (not accepted, revoked or expired at `now`) behind a token. */
  invitationBehind(
    tokenHash: string,
    now: number,
  ): Promise<{ readonly organisation: Organisation; readonly invitation: Invitation } | undefined>;
  /** Takes an open invitation and makes the member, both or neither; false when it is open no longer. Throws `member.exists`. */
  acceptInvitation(id: string, member: Member, now: number): Promise<boolean>;
}
