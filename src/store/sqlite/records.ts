import type { CallResult, RecordedOutcome, RecordFilter, RecordStore, StoredRecord } from '../ports.ts';
import { optionalText, type Database, type Row, type Value } from './engine.ts';
import type { WriteQueue } from './write-queue.ts';

const DEFAULT_LIMIT = 100;

const INSERT = `
  INSERT INTO decisions (id, at, request_id, server, grant_id, grant_label, method, tool, revision, transport,
    policy, policy_version, outcome, enforced, rule, message, argument_keys)
  VALUES (${Array.from({ length: 17 }, () => '?').join(', ')})`;

const FINISH = `
  UPDATE decisions SET result = ?, upstream_status = ?, latency_ms = ?, quota_returned = ? WHERE id = ?`;

/** The decision log as one table; see `RecordStore` for what each method promises. */
export function createRecordStore(database: Database, queue: WriteQueue): RecordStore {
  const insert = database.prepare(INSERT);
  const finish = database.prepare(FINISH);
  return {
    async insert(record) {
      await queue.write(() =>
        insert.run(
          record.id,
          record.at,
          record.requestId,
          record.server,
          record.grantId,
          record.grantLabel,
          record.method,
          record.tool ?? null,
          record.revision,
          record.transport,
          record.policy ?? null,
          record.policyVersion ?? null,
          record.outcome,
          record.enforced ? 1 : 0,
          record.rule,
          record.message,
          JSON.stringify(record.argumentKeys),
        ),
      );
    },
    async finish(id, { result, upstreamStatus, latencyMs, quotaReturned }) {
      await queue.write(() =>
        finish.run(result, upstreamStatus ?? null, latencyMs, quotaReturned ? 1 : 0, id),
      );
    },
    query: (filter) =>
      queue.read(() => {
        const { sql, values } = toSql(filter);
        return database
          .prepare(sql)
          .all(...values)
          .map(toRecord);
      }),
  };
}

function toSql(filter: RecordFilter): { readonly sql: string; readonly values: readonly Value[] } {
  const conditions: string[] = [];
  const values: Value[] = [];
  const where = (condition: string, ...given: readonly (Value | undefined)[]): void => {
    const present = given.filter((value) => value !== undefined);
    if (present.length < given.length) return;
    conditions.push(condition);
    values.push(...present);
  };
  where('server = ?', filter.server);
  where('(grant_id = ? OR grant_label = ?)', filter.grant, filter.grant);
  where('tool = ?', filter.tool);
  // Said literally, "not allowed" lets SQLite use the index of such rows.
  where(filter.outcome === 'allow' ? 'outcome = ?' : "outcome <> 'allow' AND outcome = ?", filter.outcome);
  where('rule = ?', filter.rule);
  where('at >= ?', filter.since);
  where('id > ?', filter.afterId);
  values.push(Math.max(0, Math.trunc(filter.limit ?? DEFAULT_LIMIT)));
  const matching = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const order = filter.order === 'oldest' ? 'ASC' : 'DESC';
  return { sql: `SELECT * FROM decisions ${matching} ORDER BY id ${order} LIMIT ?`, values };
}

function toRecord(row: Row): StoredRecord {
  return {
    id: String(row['id']),
    at: Number(row['at']),
    requestId: String(row['request_id']),
    server: String(row['server']),
    grantId: String(row['grant_id']),
    grantLabel: String(row['grant_label']),
    method: String(row['method']),
    tool: optionalText(row['tool']),
    revision: String(row['revision']),
    transport: row['transport'] === 'stdio' ? 'stdio' : 'http',
    policy: optionalText(row['policy']),
    policyVersion: optionalText(row['policy_version']),
    outcome: row['outcome'] as RecordedOutcome,
    enforced: row['enforced'] === 1,
    rule: String(row['rule']),
    message: String(row['message']),
    argumentKeys: JSON.parse(String(row['argument_keys'])) as readonly string[],
    ending: toEnding(row),
  };
}

function toEnding(row: Row): StoredRecord['ending'] {
  if (row['result'] === null) return undefined;
  return {
    result: row['result'] as CallResult,
    upstreamStatus: row['upstream_status'] === null ? undefined : Number(row['upstream_status']),
    latencyMs: Number(row['latency_ms']),
    quotaReturned: row['quota_returned'] === 1,
  };
}
