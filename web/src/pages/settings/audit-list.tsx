import { Anchor, Button, Center, Group, Loader, Paper, Stack, Text, UnstyledButton } from '@mantine/core';
import { memo, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { AuditEvent, AuditFilter } from '../../api/audit.ts';
import { inertName } from '../../parts/inert.ts';
import { JsonView } from '../../parts/json-view.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { useWindowRows } from '../../parts/use-window-rows.ts';
import { actionWords, detailOf, targetPage, targetWords } from './audit-words.ts';
import classes from './settings.module.css';

const USUAL_PX = 44;
const USUAL_TOP = 480;
const LONGEST_NAME = 200;

/** Narrows the list further. */
type Narrow = (part: AuditFilter) => void;

interface AuditListProps {
  readonly items: readonly AuditEvent[];
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly more: () => void;
  readonly narrow: Narrow;
}

/** Events, newest first; the next page comes when the end is in sight. Only what can be seen is drawn. */
export function AuditList({ items, hasMore, isLoading, more, narrow }: AuditListProps): ReactNode {
  const [open, setOpen] = useState<number>();
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useWindowRows({
    list: frame,
    count: items.length,
    keyOf: (index) => items[index]?.seq ?? index,
    rowPx: USUAL_PX,
    usualTop: USUAL_TOP,
    beyond: 12,
  });
  const rows = virtual.getVirtualItems();
  const end = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoading && end >= items.length - 10) more();
  }, [hasMore, isLoading, end, items.length, more]);
  return (
    <>
      <Paper withBorder>
        <div
          ref={frame}
          role="feed"
          aria-label="Events, newest first"
          aria-busy={isLoading}
          style={{ height: virtual.getTotalSize(), position: 'relative' }}
        >
          {rows.map(({ index, key, start }) => {
            const event = items[index];
            if (event === undefined) return null;
            return (
              <div
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                role="article"
                aria-posinset={index + 1}
                aria-setsize={hasMore ? -1 : items.length}
                style={{
                  position: 'absolute',
                  insetInline: 0,
                  top: 0,
                  transform: `translateY(${start - virtual.options.scrollMargin}px)`,
                }}
              >
                <Event event={event} isOpen={open === event.seq} onOpen={setOpen} narrow={narrow} />
              </div>
            );
          })}
        </div>
      </Paper>
      <End hasMore={hasMore} isLoading={isLoading} />
    </>
  );
}

function End({ hasMore, isLoading }: Pick<AuditListProps, 'hasMore' | 'isLoading'>): ReactNode {
  return (
    <>
      {isLoading && (
        <Center>
          <Loader size="sm" role="status" aria-label="Loading older events" />
        </Center>
      )}
      {!hasMore && (
        <Text size="sm" c="dimmed" ta="center">
          This is all.
        </Text>
      )}
    </>
  );
}

interface EventProps {
  readonly event: AuditEvent;
  readonly isOpen: boolean;
  readonly onOpen: (seq: number | undefined) => void;
  readonly narrow: Narrow;
}

const Event = memo(function Event({ event, isOpen, onOpen, narrow }: EventProps): ReactNode {
  const detail = useMemo(() => detailOf(event.detail), [event.detail]);
  const { seq, at, actorLabel, action, target } = event;
  return (
    <>
      <UnstyledButton
        className={classes['event'] ?? ''}
        aria-expanded={isOpen}
        onClick={() => onOpen(isOpen ? undefined : seq)}
      >
        <Text component="span" size="sm" c="dimmed" className={classes['seq'] ?? ''}>
          {seq}
        </Text>
        <span className={classes['sentence']}>
          <b>{inertName(actorLabel, LONGEST_NAME)}</b> {actionWords(action)}{' '}
          <span className="mono">{inertName(targetWords(target, detail), LONGEST_NAME)}</span>
        </span>
        <Text component="span" size="sm" c="dimmed" className={classes['when'] ?? ''}>
          <TimeAgo at={at} />
        </Text>
      </UnstyledButton>
      {isOpen && <Detail event={event} detail={detail} narrow={narrow} />}
    </>
  );
});

function Detail({
  event,
  detail,
  narrow,
}: {
  readonly event: AuditEvent;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly narrow: Narrow;
}): ReactNode {
  const page = targetPage(event.target);
  return (
    <Stack gap="xs" p="md" style={{ borderBottom: '1px solid var(--mantine-color-default-border)' }}>
      <Text size="sm">
        {new Date(event.at).toLocaleString()}, <span className="mono">{inertName(event.action)}</span> on{' '}
        {page === undefined ? (
          <span className="mono">{inertName(event.target)}</span>
        ) : (
          <Anchor component={Link} to={page} className="mono" underline="always">
            {inertName(event.target)}
          </Anchor>
        )}
        , by <span className="mono">{inertName(event.actor)}</span>
      </Text>
      {Object.keys(detail).length > 0 && <JsonView value={detail} label="Facts of the event" />}
      <Text size="xs" c="dimmed">
        Hash <span className="mono">{event.hash}</span>
        <br />
        Before it <span className="mono">{event.previousHash}</span>
      </Text>
      <Group gap="xs">
        <Button size="compact-sm" variant="default" onClick={() => narrow({ actor: event.actor })}>
          Everything by {inertName(event.actorLabel, LONGEST_NAME)}
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => narrow({ target: event.target })}>
          Everything done to {inertName(targetWords(event.target, detail), LONGEST_NAME)}
        </Button>
      </Group>
    </Stack>
  );
}
