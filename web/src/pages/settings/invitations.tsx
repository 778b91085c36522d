import { Button, Group, Radio, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { UserPlus } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import {
  roleWord,
  ROLES,
  useInvitations,
  useInvite,
  useRevokeInvitation,
  type Invitation,
  type InvitationDraft,
  type NewInvitation,
} from '../../api/people.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { faultsByField, FormProblem } from '../../parts/form-problem.tsx';
import { Row, Rows } from '../../parts/rows.tsx';
import { SecretOnceModal } from '../../parts/secret-once.tsx';
import { Section } from '../../parts/section.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { ListState } from './list-state.tsx';
import { APPROVER_TEXT, ROLE_TEXTS } from './roles.tsx';

/** Who is asked to join, and a way to ask. */
export function Invitations(): ReactNode {
  const invitations = useInvitations();
  const [isInviting, { open, close }] = useDisclosure();
  const [made, setMade] = useState<NewInvitation>();
  const invited = (invitation: NewInvitation): void => {
    close();
    if (invitation.mailed)
      notifications.show({ message: `The invitation is on its way to ${invitation.invitation.email}.` });
    else setMade(invitation);
  };
  return (
    <Section
      title="Invitations"
      lead="A link for one person, good once, for a week."
      action={
        <Button leftSection={<UserPlus size={16} aria-hidden />} onClick={open}>
          Invite
        </Button>
      }
    >
      <ListState list={invitations} empty={<Text c="dimmed">Nobody is invited at the moment.</Text>}>
        {(items) => (
          <Rows label="Invitations">
            {items.map((invitation) => (
              <InvitationRow key={invitation.id} invitation={invitation} />
            ))}
          </Rows>
        )}
      </ListState>
      <Dialog opened={isInviting} onClose={close} title="Invite somebody">
        <InviteForm onInvited={invited} />
      </Dialog>
      <SecretOnceModal
        opened={made?.link !== undefined}
        title={`Invitation for ${made?.invitation.email ?? ''}`}
        label="invitation link"
        text={made?.link ?? ''}
        done="Done"
        onDone={() => setMade(undefined)}
      >
        <Text size="sm">
          The link was not mailed: give it to {made?.invitation.email} yourself, over a way that you trust.
          Whoever has it can join with this address, for a week.
        </Text>
      </SecretOnceModal>
    </Section>
  );
}

const STATES = {
  open: { tone: 'medium', word: 'Open' },
  accepted: { tone: 'low', word: 'Accepted' },
  revoked: { tone: 'unknown', word: 'Taken back' },
  expired: { tone: 'unknown', word: 'Expired' },
} as const;

function InvitationRow({ invitation }: { readonly invitation: Invitation }): ReactNode {
  const { id, email, role, isApprover, status, createdAt, expiresAt } = invitation;
  const [asked, { open, close }] = useDisclosure();
  const revoke = useRevokeInvitation();
  const { tone, word } = STATES[status];
  return (
    <Row
      controls={
        <>
          <StateBadge tone={tone}>{word}</StateBadge>
          {status === 'open' && (
            <Button
              variant="default"
              size="xs"
              onClick={open}
              aria-label={`Take back the invitation of ${email}`}
            >
              Take back
            </Button>
          )}
        </>
      }
    >
      <Text fw={600}>{email}</Text>
      <Text size="sm" c="dimmed">
        {roleWord(role)}
        {isApprover && ', approver'}, invited <TimeAgo at={createdAt} />
        {status === 'open' && (
          <>
            , ends <TimeAgo at={expiresAt} />
          </>
        )}
      </Text>
      <Confirm
        opened={asked}
        title={`Take back the invitation of ${email}?`}
        action="Take back"
        isPending={revoke.isPending}
        error={revoke.error}
        onConfirm={() => revoke.mutate(id, { onSuccess: close })}
        onClose={close}
      >
        Its link stops working at once. You can send another invitation later.
      </Confirm>
    </Row>
  );
}

function InviteForm({ onInvited }: { readonly onInvited: (made: NewInvitation) => void }): ReactNode {
  const form = useForm<InvitationDraft>({ initialValues: { email: '', role: 'viewer', isApprover: false } });
  const invite = useInvite();
  const send = (values: InvitationDraft): void =>
    invite.mutate(
      { ...values, email: values.email.trim() },
      { onSuccess: onInvited, onError: (error) => form.setErrors(faultsByField(error)) },
    );
  return (
    <form onSubmit={form.onSubmit(send)}>
      <Stack>
        <TextInput
          label="E-mail"
          description="The invitation is for this address alone."
          type="email"
          autoComplete="off"
          placeholder="ada@example.com"
          required
          data-autofocus
          maxLength={254}
          {...form.getInputProps('email')}
        />
        <Radio.Group label="Role" {...form.getInputProps('role')}>
          <Stack gap="xs" mt="xs">
            {ROLES.map((role) => (
              <Radio key={role} value={role} label={roleWord(role)} description={ROLE_TEXTS[role]} />
            ))}
          </Stack>
        </Radio.Group>
        <Switch
          label="Approver"
          description={APPROVER_TEXT}
          {...form.getInputProps('isApprover', { type: 'checkbox' })}
        />
        <FormProblem error={invite.error} fields={['email', 'role']} />
        <Group justify="flex-end">
          <Button type="submit" loading={invite.isPending}>
            Invite
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
