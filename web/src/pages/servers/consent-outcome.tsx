import { Text } from '@mantine/core';
import { CircleAlert, CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { useLocation, useSearch } from 'wouter';
import { Notice } from '../../parts/notice.tsx';

/** Why a consent did not come about, and what to do, by the word in the address. */
const FAILURES: Readonly<Record<string, string>> = {
  expired: 'It took longer than ten minutes. Connect again.',
  session: 'The answer came to another browser or session than the one that began. Connect again from here.',
  used: 'The answer had been used already. If the server is not connected, connect again.',
  rights: 'Only an admin may connect a server, and you were none when the answer came.',
  changed: 'The connection of the server was changed meanwhile. Connect again.',
  consent: 'The consent was not given there. Connect again when you want to give it.',
  refused: 'The authorization server refused. See whether the OAuth settings are right, and connect again.',
  unreachable: 'The authorization server could not be reached. Try again in a moment.',
};

/** What came of a consent, for somebody whom the authorization server sent back; nothing for everybody else. */
export function ConsentOutcome(): ReactNode {
  const query = new URLSearchParams(useSearch());
  const [path, go] = useLocation();
  const failure = query.get('connect_failed');
  if (failure === null && !query.has('connected')) return null;
  const close = (): void => go(path, { replace: true });
  if (failure === null) {
    return (
      <Notice
        tone="low"
        role="status"
        icon={<CircleCheck size={18} aria-hidden />}
        title="The server is connected"
        withCloseButton
        closeButtonLabel="Close"
        onClose={close}
      >
        <Text size="sm">The gateway has access now, and renews it ahead of its end.</Text>
      </Notice>
    );
  }
  return (
    <Notice
      tone="critical"
      role="alert"
      icon={<CircleAlert size={18} aria-hidden />}
      title="The server was not connected"
      withCloseButton
      closeButtonLabel="Close"
      onClose={close}
    >
      <Text size="sm">{FAILURES[failure] ?? 'The answer was not understood. Connect again.'}</Text>
    </Notice>
  );
}
