import { Button, Group, Select, Switch, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useState, type ReactNode } from 'react';
import {
  roleWord,
  ROLES,
  useChangeMember,
  useRemoveMember,
  type Member,
  type Role,
} from '../../api/people.ts';
import { useSession } from '../../api/session.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Row } from '../../parts/rows.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { useMay, useSignedIn } from '../../shell/rights.tsx';

const CHOICES = ROLES.map((role) => ({ value: role, label: roleWord(role) }));

interface MemberRowProps {
  readonly member: Member;
  readonly isLastAdmin: boolean;
}

/** One member; for those who may, with its role to be changed. */
export function MemberRow(props: MemberRowProps): ReactNode {
  return useMay('members:write') ? <EditableRow {...props} /> : <ReadRow {...props} />;
}

function ReadRow({ member }: MemberRowProps): ReactNode {
  return (
    <Row
      controls={
        <>
          {member.isApprover && <StateBadge tone="unknown">Approver</StateBadge>}
          <Text size="sm">{roleWord(member.role)}</Text>
        </>
      }
    >
      <Person member={member} />
    </Row>
  );
}

function EditableRow({ member, isLastAdmin }: MemberRowProps): ReactNode {
  const isMe = useSignedIn().user.id === member.user;
  const change = useChangeMember();
  const [stepsDownTo, setStepsDownTo] = useState<Role>();
  const role = change.isPending ? (change.variables.role ?? member.role) : member.role;
  const choose = (chosen: Role): void => {
    if (chosen === member.role) return;
    if (isMe) setStepsDownTo(chosen);
    else change.mutate({ user: member.user, role: chosen });
  };
  return (
    <Row
      controls={
        <Group gap="sm">
          <Select
            aria-label={`Role of ${member.name}`}
            w={165}
            size="sm"
            allowDeselect={false}
            data={CHOICES}
            value={role}
            disabled={isLastAdmin || change.isPending}
            onChange={(chosen) => choose(ROLES.find((one) => one === chosen) ?? member.role)}
          />
          <Switch
            label="Approver"
            aria-label={`${member.name} answers held calls`}
            checked={
              change.isPending ? (change.variables.isApprover ?? member.isApprover) : member.isApprover
            }
            disabled={change.isPending}
            onChange={(event) =>
              change.mutate({ user: member.user, isApprover: event.currentTarget.checked })
            }
          />
          {!isLastAdmin && <Remove member={member} isMe={isMe} />}
        </Group>
      }
      below={change.error === null ? undefined : <Problem error={change.error} />}
    >
      <Person member={member} />
      {isLastAdmin && (
        <Text size="sm" c="dimmed">
          The only admin. Make another member an admin before this role can change.
        </Text>
      )}
      <StepDown
        to={stepsDownTo}
        isPending={change.isPending}
        error={change.error}
        onConfirm={(to) =>
          change.mutate({ user: member.user, role: to }, { onSuccess: () => setStepsDownTo(undefined) })
        }
        onClose={() => setStepsDownTo(undefined)}
      />
    </Row>
  );
}

/** Asks somebody who is about to give up the own rights. */
function StepDown({
  to,
  isPending,
  error,
  onConfirm,
  onClose,
}: {
  readonly to: Role | undefined;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly onConfirm: (to: Role) => void;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Confirm
      opened={to !== undefined}
      title={to === undefined ? '' : `Become ${roleWord(to).toLowerCase()}?`}
      action="Change my role"
      isPending={isPending}
      error={error}
      onConfirm={() => to !== undefined && onConfirm(to)}
      onClose={onClose}
    >
      You give up administering this organisation at once. Only another admin can give it back to you.
    </Confirm>
  );
}

function Person({ member }: { readonly member: Member }): ReactNode {
  const isMe = useSignedIn().user.id === member.user;
  return (
    <>
      <Text fw={600}>
        {member.name}
        {isMe && (
          <Text span c="dimmed" fw={400}>
            {' '}
            (you)
          </Text>
        )}
      </Text>
      <Text size="sm" c="dimmed">
        {member.email}, joined <TimeAgo at={member.createdAt} />
      </Text>
    </>
  );
}

function Remove({ member, isMe }: { readonly member: Member; readonly isMe: boolean }): ReactNode {
  const [asked, { open, close }] = useDisclosure();
  const remove = useRemoveMember();
  const { refresh } = useSession();
  const word = isMe ? 'Leave' : 'Remove';
  const done = (): void => {
    close();
    if (isMe) void refresh();
    else notifications.show({ message: `${member.name} is not a member any more.` });
  };
  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        size="xs"
        miw={84}
        c="var(--mantine-color-text)"
        onClick={open}
        aria-label={isMe ? 'Leave the organisation' : `Remove ${member.name}`}
      >
        {word}
      </Button>
      <Confirm
        opened={asked}
        title={isMe ? 'Leave this organisation?' : `Remove ${member.name}?`}
        action={word}
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate(member.user, { onSuccess: done })}
        onClose={close}
      >
        {isMe ? 'You lose' : `${member.name} loses`} access at once. Grants and API keys that{' '}
        {isMe ? 'you' : 'this person'} made go on working until somebody revokes them.
      </Confirm>
    </>
  );
}
