import { Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useDisableSecondStep, useEnrol, useNewBackupCodes } from '../../api/account.ts';
import { useMySignIns } from '../../api/own-account.ts';
import { Problem } from '../../parts/problem.tsx';
import { Row, Rows } from '../../parts/rows.tsx';
import { SecretOnce } from '../../parts/secret-once.tsx';
import { Section } from '../../parts/section.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { useFocusBack } from '../../parts/use-focus-back.ts';
import { useSignedIn } from '../../shell/rights.tsx';
import { providersIn } from './provider-names.ts';
import { SetUpAuthenticator } from './set-up-authenticator.tsx';

type Task = 'turn on' | 'turn off' | 'new codes';

/** A second step at sign-in: a code of an authenticator, after the password. */
export function TwoStep(): ReactNode {
  const { twoFactorEnabled } = useSignedIn().user;
  const { data: ways, isPending } = useMySignIns();
  const [task, setTask] = useState<Task>();
  const close = (): void => setTask(undefined);
  // it is asked for after a password, and set up with it
  if (ways?.password === false && !twoFactorEnabled) return <AtTheProvider providers={providersIn(ways)} />;
  return (
    <Section
      title="Two-step sign-in"
      lead="After the password, a code of an authenticator app is asked for. Whoever learns your password alone stays out. A provider that you sign in with asks for its own second step."
    >
      <Rows label="Two-step sign-in">
        <Row
          controls={
            twoFactorEnabled ? (
              <>
                <Button variant="default" size="xs" onClick={() => setTask('new codes')}>
                  New backup codes
                </Button>
                <Button variant="default" size="xs" onClick={() => setTask('turn off')}>
                  Turn off
                </Button>
              </>
            ) : (
              <Button size="xs" disabled={isPending} onClick={() => setTask('turn on')}>
                Turn on
              </Button>
            )
          }
        >
          <Group gap="xs">
            <Text>Authenticator app</Text>
            <StateBadge tone={twoFactorEnabled ? 'low' : 'unknown'}>
              {twoFactorEnabled ? 'On' : 'Off'}
            </StateBadge>
          </Group>
        </Row>
      </Rows>
      {task === 'turn on' && <TurnOn onClose={close} />}
      {task === 'turn off' && <TurnOff onClose={close} />}
      {task === 'new codes' && <NewCodes onClose={close} />}
    </Section>
  );
}

function AtTheProvider({ providers }: { readonly providers: string }): ReactNode {
  return (
    <Section
      title="Two-step sign-in"
      lead={`A second step here comes after a password, and you have none. Set one up at ${providers}: it is asked for there when you sign in.`}
    />
  );
}

function TurnOn({ onClose }: { readonly onClose: () => void }): ReactNode {
  useFocusBack();
  const enrol = useEnrol();
  const [isProven, setIsProven] = useState(false);
  const { data: enrolment } = enrol;
  return (
    <Modal
      opened
      onClose={onClose}
      title="Turn on two-step sign-in"
      size="lg"
      closeOnClickOutside={enrolment === undefined}
      closeOnEscape={!isProven}
      withCloseButton={!isProven}
    >
      {enrolment === undefined && (
        <AskPassword
          lead="First your password, so that nobody else does this at your screen."
          action="Go on"
          isPending={enrol.isPending}
          error={enrol.error}
          onPassword={(password) => enrol.mutate(password)}
        />
      )}
      {enrolment !== undefined && !isProven && (
        <SetUpAuthenticator uri={enrolment.totpURI} onProven={() => setIsProven(true)} />
      )}
      {enrolment !== undefined && isProven && (
        <BackupCodes codes={enrolment.backupCodes} onDone={onClose} isFirst />
      )}
    </Modal>
  );
}

function TurnOff({ onClose }: { readonly onClose: () => void }): ReactNode {
  useFocusBack();
  const disable = useDisableSecondStep();
  return (
    <Modal opened onClose={onClose} title="Turn off two-step sign-in?" withCloseButton={false}>
      <AskPassword
        lead="Your password alone will then sign you in. The authenticator's entry and all backup codes stop working."
        action="Turn off"
        isPending={disable.isPending}
        error={disable.error}
        onPassword={(password) => disable.mutate(password, { onSuccess: onClose })}
        onCancel={onClose}
      />
    </Modal>
  );
}

function NewCodes({ onClose }: { readonly onClose: () => void }): ReactNode {
  useFocusBack();
  const make = useNewBackupCodes();
  const { data } = make;
  return (
    <Modal
      opened
      onClose={onClose}
      title="New backup codes"
      size="lg"
      withCloseButton={false}
      closeOnClickOutside={data === undefined}
      closeOnEscape={data === undefined}
    >
      {data === undefined ? (
        <AskPassword
          lead="The codes that you have now stop working."
          action="Make new codes"
          isPending={make.isPending}
          error={make.error}
          onPassword={(password) => make.mutate(password)}
          onCancel={onClose}
        />
      ) : (
        <BackupCodes codes={data.backupCodes} onDone={onClose} />
      )}
    </Modal>
  );
}

function BackupCodes({
  codes,
  onDone,
  isFirst = false,
}: {
  readonly codes: readonly string[];
  readonly onDone: () => void;
  readonly isFirst?: boolean;
}): ReactNode {
  return (
    <Stack>
      <Text>
        {isFirst && 'Two-step sign-in is on. '}
        When the authenticator is lost, one of these backup codes signs you in instead. Each works once. Keep
        them where the phone is not.
      </Text>
      <SecretOnce
        label="backup codes"
        text={codes.join('\n')}
        fileName="toolgate-backup-codes.txt"
        done="I have kept them"
        onDone={onDone}
      />
    </Stack>
  );
}

function AskPassword({
  lead,
  action,
  isPending,
  error,
  onPassword,
  onCancel,
}: {
  readonly lead: string;
  readonly action: string;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly onPassword: (password: string) => void;
  readonly onCancel?: () => void;
}): ReactNode {
  const [password, setPassword] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onPassword(password);
      }}
    >
      <Stack>
        <Text>{lead}</Text>
        <PasswordInput
          label="Your password"
          autoComplete="current-password"
          required
          data-autofocus
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {error && <Problem error={error} />}
        <Group justify="flex-end">
          {onCancel !== undefined && (
            <Button variant="default" disabled={isPending} onClick={onCancel}>
              Cancel
            </Button>
          )}
          <Button type="submit" loading={isPending}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
