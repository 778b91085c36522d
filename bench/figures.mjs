// From the windows of all rounds to medians, ratios and the printed table.

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const FIGURES = [
  'callsPerSecond',
  'p50',
  'p95',
  'p99',
  'cpuMicrosPerCall',
  'userMicrosPerCall',
  'rssMb',
  'peakRssMb',
];

/** Medians over the windows of one case, with the range of calls per second; figures that nobody has are undefined. */
export function summaryOf(windows) {
  const rates = windows.map(({ callsPerSecond }) => callsPerSecond);
  const medians = FIGURES.map((name) => {
    const values = windows.map((window) => window[name]).filter((value) => value !== undefined);
    return [name, values.length > 0 ? median(values) : undefined];
  });
  return {
    ...Object.fromEntries(medians),
    slowest: Math.min(...rates),
    fastest: Math.max(...rates),
    calls: sum(windows, 'calls'),
    sent: sum(windows, 'sent'),
    errors: sum(windows, 'errors'),
    firstError: windows.find(({ firstError }) => firstError)?.firstError,
  };
}

function sum(windows, name) {
  return windows.reduce((total, window) => total + window[name], 0);
}

/**
 * Median, least and greatest of a comparison made inside each round, where both sides met the same neighbours;
 * undefined when one side was not measured. `combine` takes the window of either side.
 */
export function compare(windowsOf, left, right, combine) {
  const rights = windowsOf(right);
  const values = windowsOf(left).flatMap((window, round) =>
    rights[round] === undefined ? [] : [combine(window, rights[round])],
  );
  if (values.length === 0) return undefined;
  return { median: median(values), least: Math.min(...values), greatest: Math.max(...values) };
}

const COLUMNS = [
  '',
  'case',
  'calls/s',
  'range',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'CPU µs',
  'in user',
  'RSS MB',
  'peak MB',
  'errors',
];

/** One line per case. */
export function tableOf(rows) {
  const cells = rows.map(({ id, title, summary: s }) => [
    id,
    title,
    s.callsPerSecond.toFixed(0),
    `${s.slowest.toFixed(0)}–${s.fastest.toFixed(0)}`,
    s.p50.toFixed(2),
    s.p95.toFixed(2),
    s.p99.toFixed(2),
    s.cpuMicrosPerCall?.toFixed(0) ?? '–',
    s.userMicrosPerCall?.toFixed(0) ?? '–',
    s.rssMb?.toFixed(0) ?? '–',
    s.peakRssMb?.toFixed(0) ?? '–',
    String(s.errors),
  ]);
  const widths = COLUMNS.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i].length)));
  const lineOf = (row) =>
    row
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  return [lineOf(COLUMNS), ...cells.map(lineOf)].join('\n');
}
