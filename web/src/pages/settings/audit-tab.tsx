import { Button, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Download } from 'lucide-react';
import { useMemo, type ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { AUDIT_EXPORT, useAudit, useAuditExport, type AuditFilter } from '../../api/audit.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { useSignedIn } from '../../shell/rights.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { AuditList } from './audit-list.tsx';
import { ChainState } from './chain-state.tsx';
import { ListState } from './list-state.tsx';
import { Section } from './section.tsx';

/** Who did what and when, and the proof that nobody changed it since. */
export default function AuditTab(): ReactNode {
  const [filter, setFilter] = useAddressFilter();
  const audit = useAudit(filter);
  const items = useMemo(() => audit.data?.pages.flatMap((page) => page.items) ?? [], [audit.data]);
  const isFiltered = filter.action !== undefined || filter.actor !== undefined;
  return (
    <Stack gap="lg">
      <Section
        title="Audit log"
        lead="Every change in this organisation, with who made it. It can be added to, never edited: each event holds the hash of the one before."
        action={<Export />}
      >
        <ChainState enabled={audit.isFetched} />
      </Section>
      <Section title="Events">
        <AuditFilters filter={filter} items={items} onChange={setFilter} />
        <ListState
          list={{ ...audit, hasNextPage: false }}
          empty={
            isFiltered ? (
              <EmptyState
                title="No event matches"
                action={
                  <Button variant="default" onClick={() => setFilter({})}>
                    Show all
                  </Button>
                }
              >
                Nobody did this, or it was done by somebody else.
              </EmptyState>
            ) : (
              <Text c="dimmed">Nothing was changed yet.</Text>
            )
          }
        >
          {(all) => (
            <AuditList
              items={all}
              hasMore={audit.hasNextPage}
              isLoading={audit.isFetchingNextPage}
              more={() => void audit.fetchNextPage()}
              onActor={(actor) => setFilter({ ...filter, actor })}
            />
          )}
        </ListState>
      </Section>
    </Stack>
  );
}

/** The filter stands in the address, so that it can be sent to somebody and survives a reload. */
function useAddressFilter(): readonly [AuditFilter, (filter: AuditFilter) => void] {
  const [search, setSearch] = useSearchParams();
  const action = search.get('action') ?? undefined;
  const actor = search.get('actor') ?? undefined;
  const filter = useMemo(
    () => ({ ...(action !== undefined && { action }), ...(actor !== undefined && { actor }) }),
    [action, actor],
  );
  return [filter, (next) => setSearch({ ...next }, { replace: true })];
}

function Export(): ReactNode {
  const { memberships, organisation } = useSignedIn();
  const fetched = useAuditExport();
  const icon = <Download size={16} aria-hidden />;
  // a link cannot say which organisation is meant: only people of several need the longer way
  if (memberships.length < 2) {
    return (
      <Button component="a" href={AUDIT_EXPORT} download variant="default" leftSection={icon}>
        Export
      </Button>
    );
  }
  return (
    <Button
      variant="default"
      leftSection={icon}
      loading={fetched.isPending}
      onClick={() =>
        fetched.mutate(organisation?.id ?? '', {
          onError: (error) =>
            notifications.show({ color: 'red', title: 'The export failed', message: error.message }),
        })
      }
    >
      Export
    </Button>
  );
}
