import { Anchor, Button, Group, PasswordInput, Skeleton, Stack, Text } from '@mantine/core';
import { ArrowLeft } from 'lucide-react';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useCatalogueRecord, type CatalogueRecord } from '../../api/catalogue.ts';
import { ApiProblem } from '../../api/client.ts';
import { useCreateServer, type GovernedServer } from '../../api/servers.ts';
import { ClassCounts } from '../../parts/class-counts.tsx';
import { inertName } from '../../parts/inert.ts';
import { Problem } from '../../parts/problem.tsx';
import { RiskBadge } from '../../parts/risk-badge.tsx';
import { MostDangerous } from './most-dangerous.tsx';
import { slugOf } from './start-address.ts';
import classes from './start.module.css';

interface EntryProps {
  readonly slug: string;
  readonly toolSlug: string | undefined;
  readonly onAdded: (server: GovernedServer) => void;
  readonly onOther: () => void;
}

/** One server of the catalogue, with what it needs to be registered. */
export function CatalogueEntry(props: EntryProps): ReactNode {
  const { data, error, refetch } = useCatalogueRecord(props.slug);
  return (
    <Stack>
      <Group>
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<ArrowLeft size={16} aria-hidden />}
          onClick={props.onOther}
        >
          Search for another
        </Button>
      </Group>
      {error !== null && <Problem error={error} retry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton height={140} animate={false} />}
      {data !== undefined && <Entry record={data} {...props} />}
    </Stack>
  );
}

type Needed = { readonly member: 'env' | 'headers'; readonly name: string };

function Entry({
  record,
  slug,
  toolSlug,
  onAdded,
}: EntryProps & { readonly record: CatalogueRecord }): ReactNode {
  const create = useCreateServer();
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const needed = neededBy(record, create.error);
  const add = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate(
      { catalogue: slug, ...given('env', needed, values), ...given('headers', needed, values) },
      { onSuccess: onAdded },
    );
  };
  return (
    <form onSubmit={add} className={classes['card']}>
      <Stack gap="sm">
        <div>
          <Text fw={650} style={{ overflowWrap: 'anywhere' }}>
            {inertName(record.name)}
          </Text>
          <Text size="sm" c="dimmed">
            {record.toolCount} tools as the catalogue last saw them.{' '}
            <Anchor href={record.links.page} target="_blank" rel="noreferrer" size="sm" underline="always">
              What is known of it
            </Anchor>
          </Text>
        </div>
        <ClassCounts counts={record.counts} />
        <MostDangerous tools={record.tools} />
        <LookedAt record={record} toolSlug={toolSlug} />
        {needed.map(({ member, name }) => (
          <PasswordInput
            key={`${member} ${name}`}
            label={inertName(name)}
            description={
              member === 'env'
                ? 'A variable that the server needs. It is stored encrypted and never shown again.'
                : 'A header that the server needs. It is stored encrypted and never shown again.'
            }
            autoComplete="off"
            required
            classNames={{ label: 'mono' }}
            error={faultOf(create.error, { member, name }, values[name])}
            value={values[name] ?? ''}
            onChange={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
          />
        ))}
        {create.error !== null && pointers(create.error).length === 0 && <Problem error={create.error} />}
        <Group>
          <Button type="submit" loading={create.isPending}>
            Add this server
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The tool that brought somebody here. */
function LookedAt({
  record,
  toolSlug,
}: {
  readonly record: CatalogueRecord;
  readonly toolSlug: string | undefined;
}): ReactNode {
  const tool = record.tools.find(({ slug, name }) => slug === toolSlug || slugOf(name) === toolSlug);
  if (tool === undefined) return null;
  return (
    <div className={classes['marked']}>
      <Group gap="xs">
        <span className="mono">{inertName(tool.name)}</span>
        <RiskBadge category={tool.category} />
      </Group>
      <Text size="sm">Recommended: {tool.recommended.effect}.</Text>
    </div>
  );
}

/** What it was read with in the catalogue, and what the gateway says is missing. */
function neededBy({ how }: CatalogueRecord, error: Error | null): readonly Needed[] {
  const known = (how.dummyEnvironment ?? []).map((name) => ({ member: 'env', name }) as const);
  const asked = pointers(error).filter(
    (one) => !known.some(({ member, name }) => member === one.member && name === one.name),
  );
  return [...known, ...asked];
}

function pointers(error: Error | null): readonly Needed[] {
  if (!(error instanceof ApiProblem)) return [];
  return error.errors.flatMap(({ pointer = '' }) => {
    const [, member, name] = /^\/(env|headers)\/(.+)$/.exec(pointer) ?? [];
    return (member === 'env' || member === 'headers') && name !== undefined ? [{ member, name }] : [];
  });
}

function faultOf(error: Error | null, { member, name }: Needed, value = ''): string | undefined {
  if (!(error instanceof ApiProblem)) return undefined;
  const fault = error.errors.find(({ pointer }) => pointer === `/${member}/${name}`);
  if (fault === undefined || (value !== '' && fault.message === 'is needed by this server')) return undefined;
  return fault.message === 'is needed by this server' ? 'The server needs this.' : fault.message;
}

function given(
  member: Needed['member'],
  needed: readonly Needed[],
  values: Readonly<Record<string, string>>,
): { readonly [K in Needed['member']]?: Readonly<Record<string, string>> } {
  const entries = needed
    .filter((one) => one.member === member)
    .flatMap(({ name }): [string, string][] => {
      const value = values[name] ?? '';
      return value === '' ? [] : [[name, value]];
    });
  return entries.length === 0 ? {} : { [member]: Object.fromEntries(entries) };
}
