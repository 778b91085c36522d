/**
 * records/: the decision log and what is made of it (counts, exports, forwarding, simulation's captured calls), and the admin audit
 * log. No call leaves without a durable record, every refusal is recorded too, and no record holds an argument's value: only the
 * sorted top-level keys. Values are kept apart, encrypted, and only where the server's owner asked for it (`Capture`).
 */
export { argumentKeys } from './argument-keys.ts';
export { createAudit, type Audit, type AuditDraft, type AuditParts } from './audit.ts';
export {
  checkAuditChain,
  formatAuditHead,
  hashAuditEvent,
  readAuditHead,
  type AuditCheck,
  type AuditFault,
  type AuditFaultKind,
  type AuditHead,
} from './audit-chain.ts';
export { createCapture, type Capture, type CapturedCall, type CaptureParts } from './capture.ts';
export { clip } from './clip.ts';
export { escapeControls, safeJson } from './escape.ts';
export { CSV_HEADER, csvRow, ndjsonRow } from './export-rows.ts';
export { formatRecord } from './format.ts';
export type { ForwardFormat } from './forward/batch.ts';
export {
  createForwarder,
  type Forwarder,
  type ForwarderParts,
  type ForwardTarget,
} from './forward/forwarder.ts';
export { postForward, type ForwardPost, type Posted } from './forward/post.ts';
export { forwardStateIn, type ForwardCursor, type ForwardState } from './forward/state.ts';
export {
  countLimitUse,
  type LimitBucket,
  type LimitCounter,
  type LimitUse,
  type LimitUseQuestion,
  type LimitUses,
} from './limit-use.ts';
export { boundedRecord, createRecords, type Records, type RecordsParts } from './records.ts';
export { createRetention, type Retention, type RetentionParts } from './retention.ts';
export {
  simulateLog,
  type LogSimulation,
  type LogSimulationParts,
  type LogSimulationQuestion,
} from './simulate-log.ts';
export { countUsage, type RuleDenials, type Usage, type UsageCounts, type UsageQuestion } from './usage.ts';
export { createUsageAhead, type UsageAhead } from './usage-ahead.ts';
