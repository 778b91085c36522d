/** What an audit event says, in plain words. */

/** Verb and noun; what follows is the name of the thing. */
const ACTIONS: Readonly<Record<string, string>> = {
  'organisation.create': 'founded the organisation',
  'organisation.rename': 'renamed the organisation',
  'member.change': 'changed the place of member',
  'member.remove': 'removed member',
  'invitation.create': 'invited',
  'invitation.accept': 'accepted the invitation',
  'invitation.revoke': 'took back the invitation',
  'api_key.create': 'made API key',
  'api_key.revoke': 'revoked API key',
  'server.create': 'added server',
  'server.change': 'changed server',
  'server.remove': 'removed server',
  'server.import': 'imported servers',
  'server.connect': 'connected server',
  'server.disconnect': 'disconnected server',
  'server.accept_definition': 'accepted a changed tool of server',
  'server.accept_all_definitions': 'accepted all changed tools of server',
  'server.pin_definitions': 'pinned the tools of server',
  'policy.draft': 'saved a draft of policy',
  'policy.drop_draft': 'dropped the draft of policy',
  'policy.publish': 'published policy',
  'policy.restore': 'restored a version of policy',
  'policy.remove': 'removed policy',
  'grant.mint': 'minted grant',
  'grant.change': 'changed grant',
  'grant.rotate': 'rotated grant',
  'grant.revoke': 'revoked grant',
  'approval.approve': 'approved held call',
  'approval.deny': 'denied held call',
  'webhook.create': 'made webhook',
  'webhook.change': 'changed webhook',
  'webhook.remove': 'removed webhook',
  'webhook.rotate_secret': 'gave a new secret to webhook',
  'webhook.test': 'sent a test to webhook',
  'webhook.redeliver': 'sent again delivery',
};

/** All actions that are known here, for a filter. */
export const KNOWN_ACTIONS: readonly string[] = Object.keys(ACTIONS);

/** What was done, as the middle of a sentence; the name of the action where it is not known here. */
export function actionWords(action: string): string {
  return ACTIONS[action] ?? action;
}

/** What it was done to, in a name that people know: from the facts of the event, else from its target. */
export function targetWords(target: string, detail: Readonly<Record<string, unknown>>): string {
  for (const field of ['label', 'email', 'name']) {
    const value = detail[field];
    if (typeof value === 'string' && value !== '') return value;
  }
  return target.slice(target.indexOf(':') + 1);
}

/** The page about what was changed, below `/app`; undefined where there is none. */
export function targetPage(target: string): string | undefined {
  const [, kind, id = ''] = /^(server|policy|approval|webhook|key):(.+)$/.exec(target) ?? [];
  const [server = '', policy = ''] = id.split('/').map(encodeURIComponent);
  switch (kind) {
    case 'server':
      return `/servers/${server}`;
    case 'policy':
      return `/servers/${server}/policies/${policy}`;
    case 'approval':
      return `/approvals/${server}`;
    default:
      return undefined;
  }
}

/** The facts of an event; none for text that is no object. */
export function detailOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}
