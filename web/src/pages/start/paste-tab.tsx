import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useState, type ReactNode } from 'react';
import { useImportServers, usePreviewImport, type GovernedServer } from '../../api/servers.ts';
import { Problem } from '../../parts/problem.tsx';
import { PreviewList } from './preview-list.tsx';

const PAUSE_MS = 400;
const EXAMPLE = `{
  "mcpServers": {
    "crm": { "command": "fluentcrm-mcp" },
    "files": { "type": "http", "url": "https://mcp.example.com/mcp" }
  }
}`;

/** A client's configuration, as it is. What it would register, and how dangerous that is, is shown before anything is saved. */
export function PasteTab({
  onAdded,
}: {
  readonly onAdded: (servers: readonly GovernedServer[]) => void;
}): ReactNode {
  const [text, setText] = useState('');
  const [settled] = useDebouncedValue(text, PAUSE_MS);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const preview = usePreviewImport();
  const add = useImportServers();
  const { mutate: look, reset } = preview;
  useEffect(() => {
    if (settled.trim() === '') reset();
    else look({ document: settled });
  }, [settled, look, reset]);
  const isCurrent = settled === text && !preview.isPending;
  const servers = preview.data?.servers ?? [];
  const chosen = servers.filter(({ name, importable }) => importable && !left.has(name));
  const choose = (name: string, isChosen: boolean): void => {
    const next = new Set(left);
    if (isChosen) next.delete(name);
    else next.add(name);
    setLeft(next);
  };
  const submit = (): void =>
    add.mutate(
      { document: text, choose: chosen.map(({ name }) => name) },
      { onSuccess: ({ items }) => onAdded(items) },
    );
  return (
    <Stack>
      <Textarea
        label="Configuration of your client"
        description="All of it, or its “mcpServers” alone. Nothing is saved and nothing is started before you say so; keys in it are stored encrypted."
        placeholder={EXAMPLE}
        autosize
        minRows={7}
        maxRows={18}
        spellCheck={false}
        autoComplete="off"
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.85rem' } }}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {preview.error !== null && <Problem error={preview.error} retry={() => look({ document: text })} />}
      <div aria-live="polite" aria-busy={!isCurrent}>
        {preview.data?.problems.map((problem) => (
          <Text key={problem} size="sm" c="var(--tg-critical)">
            {problem}
          </Text>
        ))}
        {servers.length > 0 && <PreviewList servers={servers} left={left} choose={choose} />}
      </div>
      {add.error !== null && <Problem error={add.error} />}
      {servers.length > 0 && (
        <Group>
          <Button disabled={chosen.length === 0 || !isCurrent} loading={add.isPending} onClick={submit}>
            {chosen.length === 1 ? 'Add 1 server' : `Add ${chosen.length} servers`}
          </Button>
          <Button
            variant="default"
            disabled={chosen.length === 0 || settled !== text}
            loading={preview.isPending && preview.variables.check === true}
            onClick={() => look({ document: text, check: true })}
          >
            Ask the servers first
          </Button>
          <Text size="xs" c="dimmed">
            Asking starts the commands of the block on the machine of the gateway.
          </Text>
        </Group>
      )}
    </Stack>
  );
}
