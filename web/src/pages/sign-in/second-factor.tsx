import { Anchor, Button, Group, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { askAccount } from '../../api/account.ts';
import { CodeInput } from '../../parts/code-input.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Door } from './door.tsx';

/** The second step of signing in: a code of the authenticator, or one of those that were kept for its loss. */
export function SecondFactor({
  onSignedIn,
  back,
}: {
  readonly onSignedIn: () => Promise<void>;
  readonly back: () => void;
}): ReactNode {
  const [code, setCode] = useState('');
  const [usesBackup, setUsesBackup] = useState(false);
  const verify = useMutation({
    mutationFn: (given: string) =>
      askAccount(usesBackup ? '/two-factor/verify-backup-code' : '/two-factor/verify-totp', {
        code: given.trim(),
      }),
    onSuccess: onSignedIn,
    onError: () => setCode(''),
  });
  const send = (given: string): void => {
    if (!verify.isPending && given.trim() !== '') verify.mutate(given);
  };
  const changeWay = (): void => {
    setUsesBackup(!usesBackup);
    setCode('');
    verify.reset();
  };
  return (
    <Door
      title="Second step"
      lead={usesBackup ? 'One of the codes that you kept.' : 'The code that your authenticator shows.'}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send(code);
        }}
      >
        <Stack>
          {usesBackup ? (
            <BackupCodeInput value={code} onChange={setCode} />
          ) : (
            <CodeInput value={code} onChange={setCode} onComplete={send} />
          )}
          {verify.error && <Problem error={verify.error} />}
          <Button type="submit" loading={verify.isPending}>
            Sign in
          </Button>
          <Group justify="space-between">
            <Anchor component="button" type="button" size="sm" onClick={changeWay}>
              {usesBackup ? 'Use the authenticator' : 'Use a backup code'}
            </Anchor>
            <Anchor component="button" type="button" size="sm" onClick={back}>
              Start again
            </Anchor>
          </Group>
        </Stack>
      </form>
    </Door>
  );
}

function BackupCodeInput({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (code: string) => void;
}): ReactNode {
  return (
    <TextInput
      label="Backup code"
      description="Each works once."
      autoComplete="off"
      spellCheck={false}
      autoFocus
      required
      maxLength={40}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
