import type { ChoiceGroup } from './choice-groups.tsx';

/** What a key may be allowed, grouped by what it is about, in plain words. */

export const SCOPE_GROUPS: readonly ChoiceGroup[] = [
  {
    noun: 'Servers',
    choices: [
      { value: 'servers:read', text: 'See servers, their tools and what changed in them' },
      { value: 'servers:write', text: 'Add, change and remove servers and their credentials' },
    ],
  },
  {
    noun: 'Policies',
    choices: [
      { value: 'policies:read', text: 'Read policies and their versions, and try calls' },
      { value: 'policies:write', text: 'Write, publish and remove policies' },
    ],
  },
  {
    noun: 'Grants',
    choices: [
      { value: 'grants:read', text: 'See grants, never their tokens' },
      { value: 'grants:write', text: 'Mint, rotate and revoke grants' },
    ],
  },
  {
    noun: 'Approvals',
    choices: [
      { value: 'approvals:read', text: 'See held calls with their arguments' },
      { value: 'approvals:decide', text: 'Answer held calls' },
    ],
  },
  { noun: 'Logs', choices: [{ value: 'logs:read', text: 'Read, follow and export the decision log' }] },
  {
    noun: 'Members and keys',
    choices: [
      { value: 'members:read', text: 'See members, invitations and API keys' },
      { value: 'members:write', text: 'Invite, change and remove members; make and revoke API keys' },
    ],
  },
  {
    noun: 'Webhooks',
    choices: [
      { value: 'webhooks:read', text: 'See webhooks and what was sent' },
      { value: 'webhooks:write', text: 'Make, change and remove webhooks' },
    ],
  },
  { noun: 'Audit', choices: [{ value: 'audit:read', text: 'Read, verify and export the audit log' }] },
];

/** What scripts usually need. */
export const PRESETS: readonly { readonly label: string; readonly scopes: readonly string[] }[] = [
  {
    label: 'Read everything',
    scopes: SCOPE_GROUPS.flatMap(({ choices }) => choices.map(({ value }) => value)).filter((scope) =>
      scope.endsWith(':read'),
    ),
  },
  { label: 'Publish policies', scopes: ['servers:read', 'policies:read', 'policies:write'] },
  { label: 'Mint grants', scopes: ['servers:read', 'policies:read', 'grants:read', 'grants:write'] },
  { label: 'Ship logs', scopes: ['logs:read', 'audit:read'] },
];
