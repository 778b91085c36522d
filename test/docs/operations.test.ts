import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRequestLog, Telemetry } from '#gateway';
import { createLog, createMetricsPage, Metrics } from '#platform';

const text = readFileSync(resolve(import.meta.dirname, '../../docs/operations.md'), 'utf8');

describe('docs/operations.md', () => {
  it('describes every metric there is, with its type and labels, and no other', async () => {
    const metrics = new Metrics();
    metrics.decided('shop', 'deny', '/tools/x');
    metrics.quotaRefused('shop', 'c');
    metrics.upstreamFailed('shop', 'broken');
    metrics.turnedAway(401);
    metrics.took('shop', 1);
    const page = await createMetricsPage(metrics, '1').read();
    const real = [...page.matchAll(/^# TYPE (toolgate_\w+) (\w+)$/gm)].map(([, name = '', type = '']) => {
      const sample = new RegExp(`^${name}(?:_count)?(?:{(.*?)})? `, 'm').exec(page);
      const labels = [...(sample?.[1] ?? '').matchAll(/(\w+)="/g)].map(([, label]) => `\`${label}\``);
      return [name, type, labels.join(', ')];
    });
    const told = [...text.matchAll(/^\| `(toolgate_\w+)` \| (\w+) \| (.*?) ?\| /gm)].map(
      ([, name, type, labels]) => [name, type, labels],
    );
    expect(new Set(told.map(String))).toEqual(new Set(real.map(String)));
  });

  it('uses no metric in an alert that there is not', () => {
    const told = new Set([...text.matchAll(/^\| `(toolgate_\w+)`/gm)].map(([, name]) => name));
    const used = [...text.matchAll(/expr[^]*?\b(toolgate_\w+?)(?:_bucket)?[{[]/g)].map(([, name]) => name);
    expect(used.length).toBeGreaterThan(5);
    for (const name of used) expect(told).toContain(name);
  });

  it('describes every field of a request line', () => {
    const lines: string[] = [];
    const log = createLog('debug', { write: (line: string) => void lines.push(line) });
    const grant = {
      id: 'g',
      label: 'agent',
      server: 'shop',
      policy: 'rules',
      createdAt: 0,
      expiresAt: undefined,
      revokedAt: undefined,
    };
    const observation = new Telemetry({ log: createRequestLog(log, 0) }).begin(
      'req_1',
      'http',
      'shop',
      grant,
    );
    observation.method = 'tools/call';
    observation.tool = 'echo';
    observation.decided('allow', '/tools/echo', undefined);
    observation.upstreamFailed({ kind: 'broken', message: 'it broke', reached: true, status: 500 });
    observation.settled('broken');
    observation.finished(200);
    const fields = Object.keys(JSON.parse(lines[0] ?? '{}') as object).filter(
      (field) => !['level', 'time', 'msg'].includes(field),
    );
    expect(fields.length).toBeGreaterThan(12);
    for (const field of fields) expect(text).toContain(`\`${field}\``);
  });
});
