import { Loader, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Search } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useCatalogueSearch, type CatalogueServer } from '../../api/catalogue.ts';
import { ClassCounts } from '../../parts/class-counts.tsx';
import { inertName } from '../../parts/inert.ts';
import { Problem } from '../../parts/problem.tsx';
import classes from './start.module.css';

const PAUSE_MS = 200;

/** Servers of the public catalogue, as they are typed. */
export function CatalogueSearch({ onChoose }: { readonly onChoose: (slug: string) => void }): ReactNode {
  const [typed, setTyped] = useState('');
  const [words] = useDebouncedValue(typed.trim(), PAUSE_MS);
  const { data, error, isFetching, refetch } = useCatalogueSearch(words);
  const found = words === '' ? undefined : data;
  return (
    <Stack gap="sm">
      <TextInput
        label="Server"
        description="By its name or package, or by what it does: files, github, invoices."
        leftSection={<Search size={16} aria-hidden />}
        rightSection={isFetching ? <Loader size="xs" aria-hidden /> : undefined}
        type="search"
        autoFocus
        autoComplete="off"
        maxLength={200}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {error !== null && <Problem error={error} retry={() => void refetch()} />}
      <Text size="sm" c="dimmed" role="status">
        {found !== undefined && inWords(found.length)}
      </Text>
      {found !== undefined && found.length > 0 && (
        <ul className={classes['list']}>
          {found.map((server) => (
            <li key={server.slug}>
              <Found server={server} onChoose={onChoose} />
            </li>
          ))}
        </ul>
      )}
    </Stack>
  );
}

function Found({
  server: { slug, name, package: packageName, toolCount, counts },
  onChoose,
}: {
  readonly server: CatalogueServer;
  readonly onChoose: (slug: string) => void;
}): ReactNode {
  const tools = `${toolCount.toLocaleString('en')} ${toolCount === 1 ? 'tool' : 'tools'}`;
  return (
    <UnstyledButton className={classes['choice']} onClick={() => onChoose(slug)}>
      <span>
        <Text component="span" fw={650} style={{ overflowWrap: 'anywhere' }}>
          {inertName(name)}
        </Text>
        <Text component="span" size="sm" c="dimmed" display="block">
          {packageName !== undefined && packageName !== name ? `${inertName(packageName)} · ${tools}` : tools}
        </Text>
      </span>
      <ClassCounts counts={counts} />
    </UnstyledButton>
  );
}

function inWords(count: number): string {
  if (count === 0)
    return 'The catalogue does not know it. You can add it all the same: by its address or command, or by pasting your configuration.';
  return count === 1 ? '1 server' : `${count} servers, the best match first`;
}
