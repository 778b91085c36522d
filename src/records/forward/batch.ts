import { createHmac } from 'node:crypto';
import type { StoredRecord } from '#store';
import { ndjsonRow } from '../export-rows.ts';

export type ForwardFormat = 'ndjson' | 'otlp';

export const CONTENT_TYPES: Readonly<Record<ForwardFormat, string>> = {
  ndjson: 'application/x-ndjson',
  otlp: 'application/json',
};

/** The body of one delivery: a line of JSON for each record, or a request of OTLP logs in its JSON form. */
export function batchBody(records: readonly StoredRecord[], format: ForwardFormat): string {
  return format === 'ndjson' ? records.map(ndjsonRow).join('') : otlpBody(records);
}

/**
 * The headers that prove where a delivery comes from, those of the Standard Webhooks specification: HMAC-SHA256 over id, time and
 * body. A secret `whsec_…` is a key in base64, as that specification writes it; any other text is the key itself.
 */
export function signature(secret: string, id: string, body: string, now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const key = secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret);
  const hash = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${hash}` };
}

type OtlpValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly OtlpValue[] } };

function otlpBody(records: readonly StoredRecord[]): string {
  return JSON.stringify({
    resourceLogs: [
      {
        resource: { attributes: attributes({ 'service.name': 'toolgate' }) },
        scopeLogs: [{ scope: { name: 'toolgate.decisions' }, logRecords: records.map(otlpRecord) }],
      },
    ],
  });
}

/** What is not simply allowed is a warning: that is what people set alarms on. */
function otlpRecord(record: StoredRecord): object {
  const { at, outcome, tool, method, rule, ending } = record;
  const isFine = outcome === 'allow';
  const time = `${at}000000`; // nanoseconds, as a decimal text
  return {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: isFine ? 9 : 13,
    severityText: isFine ? 'INFO' : 'WARN',
    eventName: 'toolgate.decision',
    body: { stringValue: `${outcome} ${tool ?? method} by ${rule}` },
    attributes: attributes({
      'toolgate.record.id': record.id,
      'toolgate.request.id': record.requestId,
      'toolgate.server': record.server,
      'toolgate.grant.id': record.grantId,
      'toolgate.grant.label': record.grantLabel,
      'toolgate.outcome': outcome,
      'toolgate.enforced': record.enforced,
      'toolgate.rule': rule,
      'toolgate.message': record.message,
      'toolgate.policy': record.policy,
      'toolgate.policy.version': record.policyVersion,
      'toolgate.argument_keys': record.argumentKeys,
      'toolgate.result': ending?.result,
      'toolgate.latency_ms': ending?.latencyMs,
      'toolgate.quota_returned': ending?.quotaReturned,
      'http.response.status_code': ending?.upstreamStatus,
      'mcp.method.name': method,
      'mcp.protocol.version': record.revision,
      'gen_ai.tool.name': tool,
      'network.transport': record.transport,
    }),
  };
}

function attributes(
  facts: Readonly<Record<string, string | boolean | number | readonly string[] | undefined>>,
) {
  return Object.entries(facts).flatMap(([key, fact]) =>
    fact === undefined ? [] : [{ key, value: otlpValue(fact) }],
  );
}

function otlpValue(fact: string | boolean | number | readonly string[]): OtlpValue {
  if (typeof fact === 'string') return { stringValue: fact };
  if (typeof fact === 'boolean') return { boolValue: fact };
  if (typeof fact === 'number') return { doubleValue: fact };
  return { arrayValue: { values: fact.map((stringValue) => ({ stringValue })) } };
}
