/** One sample of a metrics page. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const HELP = new RegExp(`^# HELP (${NAME}) (.*)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`);
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"(,|$)/y;

/**
 * Reads a page strictly, as the text format 0.0.4 has it. Throws at anything that a Prometheus server would refuse:
 * malformed lines, samples without a type before them, a series twice, a histogram that does not add up.
 */
export function parsePrometheusText(text: string): Sample[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  const seen = new Set<string>();
  for (const line of text.split('\n')) {
    if (line === '' || HELP.test(line)) continue;
    const type = TYPE.exec(line);
    if (type) {
      const [, name = '', kind = ''] = type;
      if (types.has(name)) throw new Error(`two types of ${name}`);
      types.set(name, kind);
      continue;
    }
    const sample = sampleOf(line);
    const family = types.has(sample.name) ? sample.name : sample.name.replace(/_(bucket|sum|count)$/, '');
    if (!types.has(family)) throw new Error(`no type before: ${line}`);
    const series = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).toSorted(byName))}`;
    if (seen.has(series)) throw new Error(`twice: ${series}`);
    seen.add(series);
    samples.push(sample);
  }
  for (const [name, type] of types) if (type === 'histogram') checkHistogram(name, samples);
  return samples;
}

function sampleOf(line: string): Sample {
  const match = SAMPLE.exec(line);
  if (!match) throw new Error(`not a sample: ${line}`);
  const [, name = '', labelText = '', number = ''] = match;
  const value = number === 'Nan' || number === 'NaN' ? NaN : Number(number.replace('Inf', 'Infinity'));
  if (Number.isNaN(value) && !/^nan$/i.test(number)) throw new Error(`not a number: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < labelText.length) {
    const label = LABEL.exec(labelText);
    if (!label) throw new Error(`bad labels: ${line}`);
    const [, key = '', raw = ''] = label;
    if (key in labels) throw new Error(`a label twice: ${line}`);
    labels[key] = raw.replaceAll(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
  }
  return { name, labels, value };
}

function checkHistogram(name: string, samples: readonly Sample[]): void {
  for (const total of samples.filter((sample) => sample.name === `${name}_count`)) {
    const own = samples.filter(
      (sample) => sample.name === `${name}_bucket` && withoutBound(sample) === withoutBound(total),
    );
    const values = own.map((sample) => sample.value);
    if (values.some((value, index) => value < (values[index - 1] ?? 0))) throw new Error(`${name} falls`);
    if (own.at(-1)?.labels['le'] !== '+Inf' || values.at(-1) !== total.value)
      throw new Error(`${name} does not add up`);
  }
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}

function withoutBound({ labels }: Sample): string {
  return JSON.stringify(Object.entries(labels).filter(([name]) => name !== 'le'));
}
