import { Anchor, Button, Group, List, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useProveAuthenticator } from '../../api/account.ts';
import { CodeInput } from '../../parts/code-input.tsx';
import { CopyBlock } from '../../parts/copy-block.tsx';
import { Problem } from '../../parts/problem.tsx';
import { QrCode } from './qr-code.tsx';

/** Gives the secret to an authenticator, and lets a code show that it arrived. */
export function SetUpAuthenticator({
  uri,
  onProven,
}: {
  readonly uri: string;
  readonly onProven: () => void;
}): ReactNode {
  const [code, setCode] = useState('');
  const prove = useProveAuthenticator();
  const send = (given: string): void => {
    if (!prove.isPending) prove.mutate(given, { onSuccess: onProven, onError: () => setCode('') });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send(code);
      }}
    >
      <Stack>
        <List
          type="ordered"
          spacing="md"
          styles={{ itemWrapper: { width: '100%' }, itemLabel: { width: '100%' } }}
        >
          <List.Item>
            <Text mb="xs">
              In your authenticator app, add an entry: let it read this, or type in the key. On the device
              that has the app,{' '}
              <Anchor href={uri} underline="always">
                open it in the app
              </Anchor>{' '}
              instead.
            </Text>
            <QrCode text={uri} label="QR code of the key" />
            <Text size="sm" mt="xs" mb={4}>
              The key:
            </Text>
            <CopyBlock text={inFours(secretOf(uri))} label="key of the authenticator" />
            <Text size="sm" c="dimmed" mt={4}>
              Spaces do not matter. It is of the kind that changes with time, with six digits.
            </Text>
          </List.Item>
          <List.Item>
            <Text mb="xs">Type in the code that it shows.</Text>
            <CodeInput value={code} onChange={setCode} onComplete={send} />
          </List.Item>
        </List>
        {prove.error && <Problem error={prove.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={prove.isPending}>
            Check and turn on
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function secretOf(uri: string): string {
  return new URL(uri).searchParams.get('secret') ?? '';
}

/** As people read and type it. */
function inFours(secret: string): string {
  return secret.replaceAll(/.{4}(?=.)/g, '$& ');
}
