import { Select, Stack, Tabs, Text } from '@mantine/core';
import { useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { useMemo, type ReactNode } from 'react';
import { CLIENTS, clientBlocks, type ClientName, type GatewayAccess } from './client-blocks.ts';
import { CopyBlock } from './copy-block.tsx';

/** What to paste, for the client that the reader uses; the choice is remembered. */
export function ClientBlocks({ id, url, token }: GatewayAccess): ReactNode {
  const [client, setClient] = useLocalStorage<ClientName>({
    key: 'toolgate-client',
    defaultValue: 'Claude Code',
    getInitialValueInEffect: false,
    deserialize: (text) => CLIENTS.find((name) => text === JSON.stringify(name)) ?? 'Claude Code',
  });
  const isNarrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const blocks = useMemo(() => clientBlocks({ id, url, token }), [id, url, token]);
  const choose = (name: string | null): void => setClient(CLIENTS.find((one) => one === name) ?? client);
  const chosen = blocks.find((block) => block.client === client);
  if (isNarrow) {
    return (
      <Stack gap="sm">
        <Select
          label="Your client"
          data={[...CLIENTS]}
          value={client}
          allowDeselect={false}
          onChange={choose}
        />
        {chosen !== undefined && <Block place={chosen.place} text={chosen.text} client={client} />}
      </Stack>
    );
  }
  return (
    <Tabs
      value={idOf(client)}
      onChange={(id) => choose(CLIENTS.find((name) => idOf(name) === id) ?? null)}
      keepMounted={false}
    >
      <Tabs.List aria-label="Your client">
        {CLIENTS.map((name) => (
          <Tabs.Tab key={name} value={idOf(name)} px="sm">
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {blocks.map((block) => (
        <Tabs.Panel key={block.client} value={idOf(block.client)} pt="sm">
          <Block place={block.place} text={block.text} client={block.client} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

/** Part of an id on the page, which holds no blank. */
function idOf(client: ClientName): string {
  return client.replaceAll(' ', '-');
}

function Block({
  place,
  text,
  client,
}: {
  readonly place: string;
  readonly text: string;
  readonly client: ClientName;
}): ReactNode {
  return (
    <Stack gap="xs">
      <Text size="sm">{place}</Text>
      <CopyBlock text={text} label={`the block for ${client}`} />
    </Stack>
  );
}
