import { Accordion, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { roleWord, ROLES, type Role } from '../../api/people.ts';

/** What a role may do, in plain words. */
export const ROLE_TEXTS: Readonly<Record<Role, string>> = {
  viewer: 'Sees servers, policies, grants, held calls, logs and members. Changes nothing.',
  policy_manager: 'What a viewer sees; also writes, tries and publishes policies.',
  admin:
    'Everything: also servers and their credentials, grants, members, API keys, webhooks and the audit log.',
};
/** What the right beside the roles is. */
export const APPROVER_TEXT =
  'Answers held calls, with a yes or a no. It goes with any role, and no role has it by itself.';

/** What each role may do, folded away for those who know. */
export function RoleHelp(): ReactNode {
  return (
    <Accordion variant="contained">
      <Accordion.Item value="roles">
        <Accordion.Control>What the roles may do</Accordion.Control>
        <Accordion.Panel>
          <Stack gap="xs" component="dl" m={0}>
            {ROLES.map((role) => (
              <Term key={role} word={roleWord(role)} text={ROLE_TEXTS[role]} />
            ))}
            <Term word="Approver" text={APPROVER_TEXT} />
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function Term({ word, text }: { readonly word: string; readonly text: string }): ReactNode {
  return (
    <div>
      <Text component="dt" size="sm" fw={650}>
        {word}
      </Text>
      <Text component="dd" size="sm" m={0} c="dimmed">
        {text}
      </Text>
    </div>
  );
}
