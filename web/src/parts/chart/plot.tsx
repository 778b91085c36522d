import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, type ReactNode } from 'react';
import UPlot, { type AlignedData, type Options } from 'uplot';
import classes from './chart.module.css';
import { afterPaint } from '../use-painted.ts';
import { stacked, valueInWords, type ChartKind, type Series } from './stack.ts';

export interface PlotProps {
  /** Beginnings of the bars. */
  readonly timesMs: readonly number[];
  readonly barMs: number;
  readonly kind: ChartKind;
  readonly series: readonly Series[];
  readonly height: number;
  /** Whether the axis is in UTC, as whole days are. */
  readonly isUtc: boolean;
  /** The bar under the pointer. */
  readonly onPoint: (index: number | undefined) => void;
}

const FONT = '12px system-ui, sans-serif';

/** Bars or lines over time. A drawing only: what it shows is written beside it. */
export default function Plot(props: PlotProps): ReactNode {
  const { timesMs, barMs, kind, series, height, isUtc } = props;
  const parent = useRef<HTMLDivElement>(null);
  const onPoint = useRef(props.onPoint);
  onPoint.current = props.onPoint;
  const scheme = useComputedColorScheme();
  // drawn anew when there is something else to see: the same numbers asked for again are not
  const drawn = JSON.stringify([timesMs, barMs, kind, series, height, isUtc, scheme]);
  const latest = useRef(props);
  latest.current = props;
  const isThere = useRef(false);

  useEffect(() => {
    const element = parent.current;
    if (element === null) return undefined;
    let [callOff, end] = [(): void => {}, (): void => {}];
    const draw = (): void => {
      isThere.current = true;
      end = plotIn(element, latest.current, (index) => onPoint.current(index));
    };
    // what is written beside it is read first; another drawing takes its place at once
    if (isThere.current) draw();
    else callOff = afterPaint(draw);
    return () => {
      callOff();
      end();
    };
  }, [drawn]);
  return <div ref={parent} className={classes['plot']} style={{ height }} aria-hidden />;
}

/** Draws into an element, as wide as that is. Gives the way to take the drawing away. */
function plotIn(
  element: HTMLElement,
  props: PlotProps,
  onPoint: (index: number | undefined) => void,
): () => void {
  const plot = new UPlot(optionsFor(props, element, onPoint), dataOf(props), element);
  const { height } = props;
  const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
  observer.observe(element);
  return () => {
    observer.disconnect();
    plot.destroy();
  };
}

/** The highest sums first, and the first line last: what is drawn later stands in front. */
function dataOf({ timesMs, barMs, kind, series }: PlotProps): AlignedData {
  const middles = timesMs.map((start) => (start + barMs / 2) / 1000);
  const drawn = kind === 'counts' ? stacked(series) : series.map(({ values }) => values);
  return [middles, ...drawn.toReversed().map((values) => [...values])];
}

function optionsFor(
  { timesMs, barMs, kind, series, height, isUtc }: PlotProps,
  element: HTMLElement,
  onPoint: (index: number | undefined) => void,
): Options {
  const colour = (name: string): string => colourOf(element, name);
  const ink = colour('--mantine-color-dimmed');
  const line = colour('--mantine-color-default-border');
  const axis = { stroke: ink, font: FONT, ticks: { show: false } } as const;
  const first = (timesMs[0] ?? 0) / 1000;
  const last = ((timesMs.at(-1) ?? 0) + barMs) / 1000;
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    padding: [8, 20, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    ...(isUtc && { tzDate: (at: number) => UPlot.tzDate(new Date(at * 1000), 'Etc/UTC') }),
    scales: {
      x: { time: true, range: () => [first, last] },
      y: { range: (_plot, _min, max) => [0, Math.max(kind === 'counts' ? 4 : 1, max) * 1.08] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 28, space: 64, values: axisTimes(isUtc) },
      {
        ...axis,
        grid: { stroke: line, width: 1 },
        size: 44,
        space: 32,
        incrs: kind === 'counts' ? WHOLE_STEPS : SHARE_STEPS,
        values: (_plot, splits) => splits.map((value) => valueInWords(kind, value)),
      },
    ],
    series: [
      {},
      ...series
        .map((one, index) =>
          kind === 'counts' ? barOf(one, colour(one.colour)) : lineOf(one, colour(one.colour), index),
        )
        .toReversed(),
    ],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? undefined)] },
  };
}

const WHOLE_STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 1_000_000,
];
const SHARE_STEPS = [0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000];
/** Lines are told apart without their colours too. */
const DASHES: readonly number[][] = [[], [8, 4], [2, 4], [12, 4, 2, 4], [4, 2]];
const MARK_SIZE = 9;

function barOf({ label }: Series, colour: string): UPlot.Series {
  const paths = UPlot.paths.bars?.({ size: [0.82, 48], radius: 0.12 });
  return { label, fill: colour, stroke: colour, width: 0, points: { show: false }, ...(paths && { paths }) };
}

function lineOf({ label, refused = [] }: Series, colour: string, index: number): UPlot.Series {
  const marked = refused.flatMap((count, at) => (count > 0 ? at : []));
  return {
    label,
    stroke: colour,
    width: 2,
    dash: DASHES[index % DASHES.length] ?? [],
    points: { show: marked.length > 0, filter: () => marked, size: MARK_SIZE, fill: colour, dash: [] },
  };
}

/** A colour of the theme as the canvas can take it: of a variable alone only the text is known, not what comes of it. */
function colourOf(element: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Hours within a day, days where a new one begins. */
function axisTimes(isUtc: boolean): (plot: UPlot, splits: number[]) => string[] {
  const zone = isUtc ? { timeZone: 'UTC' } : {};
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', ...zone });
  const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', ...zone });
  return (_plot, splits) =>
    splits.map((at) => {
      const time = hour.format(at * 1000);
      return time === '00:00' ? day.format(at * 1000) : time;
    });
}
