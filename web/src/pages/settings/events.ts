import type { ChoiceGroup } from './choice-groups.tsx';

/** What a webhook can be told of, in plain words. */

export const EVENT_GROUPS: readonly ChoiceGroup[] = [
  {
    noun: 'Approvals',
    choices: [
      { value: 'approval.requested', text: 'A call is held and waits for a person' },
      { value: 'approval.decided', text: 'A person answered a held call' },
      { value: 'approval.expired', text: 'Nobody answered a held call in time' },
    ],
  },
  {
    noun: 'Servers',
    choices: [
      { value: 'server.drift', text: 'A tool of a server is new, changed or gone' },
      { value: 'server.unreachable', text: 'A server does not answer any more' },
      { value: 'server.consent_needed', text: 'The login to a server ended: somebody must connect it again' },
    ],
  },
  {
    noun: 'Policies and grants',
    choices: [
      { value: 'policy.published', text: 'A new version of a policy counts' },
      { value: 'grant.minted', text: 'A grant was made' },
      { value: 'grant.revoked', text: 'A grant was revoked' },
    ],
  },
];

const TEXTS: ReadonlyMap<string, string> = new Map(
  EVENT_GROUPS.flatMap(({ choices }) => choices.map(({ value, text }) => [value, text])),
);

/** What an event is about; its name where it is not known here. */
export function eventText(event: string): string {
  return event === 'webhook.test' ? 'A test' : (TEXTS.get(event) ?? event);
}
