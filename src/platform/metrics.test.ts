import { describe, expect, it } from 'vitest';
import { createMetricsPage, mergeMetrics } from './metrics-page.ts';
import { Histogram, MAX_VALUES, Metrics, OTHER } from './metrics.ts';

describe('a histogram', () => {
  it('counts a duration under the first bound that is not below it', () => {
    const histogram = new Histogram([0.1, 1]);
    for (const seconds of [0, 0.1, 0.100_001, 1, 1.5, 100]) histogram.add(seconds);
    expect([...histogram.counts]).toEqual([2, 2, 2]);
    expect(histogram.sum).toBeCloseTo(102.700_001);
  });
});

describe('the number of series', () => {
  it('is bounded, whatever rules and counters come by, and loses no count', async () => {
    const metrics = new Metrics();
    for (let i = 0; i < 5_000; i++) {
      metrics.decided('shop', 'deny', `/tools/${i}`);
      metrics.quotaRefused('shop', `counter ${i}`);
    }
    const { decisions, quotaRefusals } = metrics.servers.get('shop') ?? {};
    for (const tally of [decisions?.get('deny'), quotaRefusals]) {
      const entries = [...(tally?.entries() ?? [])];
      expect(entries).toHaveLength(MAX_VALUES + 1);
      expect(entries.find(([value]) => value === OTHER)?.[1]).toBe(5_000 - MAX_VALUES);
    }
    const text = await createMetricsPage(metrics, '1').read();
    expect(text.length).toBeLessThan(100_000);
  });

  it('still grows for rules that are known already', () => {
    const metrics = new Metrics();
    metrics.decided('shop', 'allow', '/tools/first');
    for (let i = 0; i < 1_000; i++) metrics.decided('shop', 'allow', `/tools/${i}`);
    metrics.decided('shop', 'allow', '/tools/first');
    const entries = metrics.servers.get('shop')?.decisions.get('allow')?.entries() ?? [];
    expect(new Map(entries).get('/tools/first')).toBe(2);
  });
});

describe('the page', () => {
  it('escapes what a label holds', async () => {
    const metrics = new Metrics();
    metrics.decided('shop', 'deny', '/tools/a"b\\c\nd');
    const text = await createMetricsPage(metrics, '1').read();
    expect(text).toContain(String.raw`rule="/tools/a\"b\\c\nd"`);
  });

  it('tells the age of what is known of the control plane, where there is one', async () => {
    const metrics = new Metrics();
    const page = createMetricsPage(metrics, '1');
    expect(await page.read()).not.toMatch(/^toolgate_control_age_seconds /m);
    metrics.controlSeen();
    const age = /^toolgate_control_age_seconds (\S+)$/m.exec(await page.read())?.[1];
    expect(Number(age)).toBeGreaterThanOrEqual(0);
    expect(Number(age)).toBeLessThan(60);
  });

  it('shows the greatest age of several processes, and not their sum', async () => {
    const pages = await Promise.all(
      [10_000, 5_000].map((ms) => {
        const metrics = new Metrics();
        metrics.controlSeenAt = performance.now() - ms;
        return createMetricsPage(metrics, '1').json();
      }),
    );
    const age = /^toolgate_control_age_seconds (\S+)$/m.exec(await mergeMetrics(pages))?.[1];
    expect(Number(age)).toBeGreaterThanOrEqual(10);
    expect(Number(age)).toBeLessThan(15);
  });

  it('is made once for readers that come together, and anew for the next', async () => {
    const metrics = new Metrics();
    const page = createMetricsPage(metrics, '1');
    const [one, two] = await Promise.all([page.read(), page.read()]);
    expect(two).toBe(one);
    metrics.began();
    expect(await page.read()).toContain('toolgate_requests_in_flight 1');
  });
});
