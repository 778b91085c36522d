import { Button, Stack, Text } from '@mantine/core';
import { InfiniteQueryObserver } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useMemo, type ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { auditExportAddress, auditQuery, useAudit, type AuditFilter } from '../../api/audit.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Section } from '../../parts/section.tsx';
import type { First } from '../../shell/first-page.ts';
import { useSignedIn } from '../../shell/rights.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { AuditList } from './audit-list.tsx';
import { ChainState } from './chain-state.tsx';
import { ListState } from './list-state.tsx';

export const first: First = (queries, _, search) =>
  search.size === 0 ? [new InfiniteQueryObserver(queries, auditQuery({}))] : [];

/** Who did what and when, and the proof that nobody changed it since. */
export default function AuditTab(): ReactNode {
  const [filter, setFilter] = useAddressFilter();
  const audit = useAudit(filter);
  const items = useMemo(() => audit.data?.pages.flatMap((page) => page.items) ?? [], [audit.data]);
  const isFiltered = Object.keys(filter).length > 0;
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
                Nobody did this, or it was done by somebody else, to something else or at another time.
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
              narrow={(part) => setFilter({ ...filter, ...part })}
            />
          )}
        </ListState>
      </Section>
    </Stack>
  );
}

const NAMES = ['action', 'actor', 'target', 'since', 'until'] as const;

/** The filter stands in the address, so that it can be sent to somebody and survives a reload. What makes no sense in it counts for nothing. */
function useAddressFilter(): readonly [AuditFilter, (filter: AuditFilter) => void] {
  const [search, setSearch] = useSearchParams();
  const text = search.toString();
  const filter = useMemo(() => {
    const given = new URLSearchParams(text);
    const found: Partial<Record<(typeof NAMES)[number], string>> = {};
    for (const name of NAMES) {
      const value = given.get(name) ?? '';
      const isTime = name === 'since' || name === 'until';
      if (value === '' || (isTime && Number.isNaN(Date.parse(value)))) continue;
      found[name] = isTime ? new Date(value).toISOString() : value;
    }
    return found;
  }, [text]);
  return [filter, (next) => setSearch({ ...next }, { replace: true })];
}

function Export(): ReactNode {
  const { organisation } = useSignedIn();
  return (
    <Button
      component="a"
      href={auditExportAddress(organisation?.id ?? '')}
      download
      variant="default"
      leftSection={<Download size={16} aria-hidden />}
    >
      Export
    </Button>
  );
}
