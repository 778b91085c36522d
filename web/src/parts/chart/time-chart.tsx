import { Button, Group, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { ChartColumn, Table2 } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import { page } from '../../shell/page.tsx';
import classes from './chart.module.css';
import { totalOf, valueInWords, type ChartKind, type Series } from './stack.ts';

const Plot = page(
  () => import('./plot.tsx'),
  ({ height }) => <Skeleton height={height} animate={false} />,
);
// asked for at once: later it would wait behind everything that the page asks the gateway
Plot.preload();

interface TimeChartProps {
  readonly title: string;
  readonly timesMs: readonly number[];
  readonly barMs: number;
  readonly series: readonly Series[];
  /** `counts` unless told. */
  readonly kind?: ChartKind;
  readonly height?: number;
}

const DAY_MS = 86_400_000;

/** Counts or shares over time as a drawing, and the same as a table for those who would rather read it. */
export function TimeChart({
  title,
  timesMs,
  barMs,
  series,
  kind = 'counts',
  height = 200,
}: TimeChartProps): ReactNode {
  const [isTable, setTable] = useState(false);
  const [pointed, setPointed] = useState<number>();
  const heading = useId();
  const isUtc = barMs >= DAY_MS;
  const name = nameOfBar(barMs);
  const at = pointed === undefined ? undefined : timesMs[pointed];
  const Icon = isTable ? ChartColumn : Table2;
  return (
    <Stack gap="xs" component="section" aria-labelledby={heading}>
      <Group justify="space-between" wrap="nowrap">
        <Title order={3} size="h5" id={heading}>
          {title}
        </Title>
        <Button
          size="compact-sm"
          variant="subtle"
          flex="none"
          leftSection={<Icon size={14} aria-hidden />}
          onClick={() => setTable(!isTable)}
        >
          {isTable ? 'Show as a chart' : 'Show as a table'}
        </Button>
      </Group>
      <Legend kind={kind} series={series} index={at === undefined ? undefined : pointed} />
      {isTable ? (
        <Numbers title={title} timesMs={timesMs} kind={kind} series={series} name={name} />
      ) : (
        <Plot {...{ timesMs, barMs, kind, series, height, isUtc }} onPoint={setPointed} />
      )}
      <Text size="xs" c="dimmed">
        {at === undefined ? `Over the whole time.${isUtc ? ' Days are those of UTC.' : ''}` : name(at)}
      </Text>
    </Stack>
  );
}

/** What the colours mean, with what it comes to, or the numbers of the time that is pointed at. */
function Legend({
  kind,
  series,
  index,
}: {
  readonly kind: ChartKind;
  readonly series: readonly Series[];
  readonly index: number | undefined;
}): ReactNode {
  return (
    <ul className={classes['legend']}>
      {series.map(({ label, colour, values }) => (
        <li key={label}>
          <span className={classes['swatch']} style={{ background: `var(${colour})` }} aria-hidden />
          {label}
          <span className={classes['count']}>
            {valueInWords(kind, index === undefined ? totalOf(kind, values) : (values[index] ?? 0))}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Numbers({
  title,
  timesMs,
  kind,
  series,
  name,
}: Pick<TimeChartProps, 'title' | 'timesMs' | 'series'> & {
  readonly kind: ChartKind;
  readonly name: (startMs: number) => string;
}): ReactNode {
  // the newest first, and nothing of the hours in which nothing was
  const rows = timesMs
    .map((startMs, index) => ({
      startMs,
      cells: series.map(({ values, refused }) => ({
        value: values[index] ?? 0,
        refused: refused?.[index] ?? 0,
      })),
    }))
    .filter(({ cells }) => cells.some(({ value, refused }) => value > 0 || refused > 0))
    .toReversed();
  if (rows.length === 0) return <Text size="sm">Nothing in this time.</Text>;
  return (
    <div className={classes['numbers']} tabIndex={0} role="group" aria-label={`${title}, as a table`}>
      <Table stickyHeader aria-label={title}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">When</Table.Th>
            {series.map(({ label }) => (
              <Table.Th key={label} scope="col" ta="right">
                {label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ startMs, cells }) => (
            <Table.Tr key={startMs}>
              <Table.Th scope="row" fw={400}>
                {name(startMs)}
              </Table.Th>
              {cells.map(({ value, refused }, index) => (
                <Table.Td key={series[index]?.label} ta="right">
                  {valueInWords(kind, value)}
                  {refused > 0 && `, ${refused.toLocaleString('en')} refused`}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** Says which time a bar stands for. */
function nameOfBar(barMs: number): (startMs: number) => string {
  if (barMs >= DAY_MS) {
    const words = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' });
    return (startMs) => words.format(startMs);
  }
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
  const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
  return (startMs) => `${day.format(startMs)}, ${hour.format(startMs)} to ${hour.format(startMs + barMs)}`;
}
