import { Stack, Text } from '@mantine/core';
import { InfiniteQueryObserver } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { MEMBERS, useMembers } from '../../api/people.ts';
import { Rows } from '../../parts/rows.tsx';
import { Section } from '../../parts/section.tsx';
import type { First } from '../../shell/first-page.ts';
import { IfMay } from '../../shell/rights.tsx';
import { Invitations } from './invitations.tsx';
import { ListState } from './list-state.tsx';
import { MemberRow } from './member-row.tsx';
import { RoleHelp } from './roles.tsx';

export const first: First = (queries) => [new InfiniteQueryObserver(queries, MEMBERS)];

/** Who belongs to the organisation, and who is asked to. */
export default function MembersTab(): ReactNode {
  const members = useMembers();
  return (
    <Stack gap="xl">
      <Section title="Members" lead="A change of role counts for the next thing that the person does.">
        <RoleHelp />
        <ListState list={members} empty={<Text c="dimmed">Nobody is here.</Text>}>
          {(items) => {
            const admins = items.filter(({ role }) => role === 'admin');
            // with further pages there may be further admins: the gateway decides then
            const lastAdmin = members.hasNextPage || admins.length > 1 ? undefined : admins[0]?.user;
            return (
              <Rows label="Members">
                {items.map((member) => (
                  <MemberRow key={member.user} member={member} isLastAdmin={member.user === lastAdmin} />
                ))}
              </Rows>
            );
          }}
        </ListState>
      </Section>
      <IfMay scope="members:write">
        <Invitations />
      </IfMay>
    </Stack>
  );
}
