/**
 * records/: the decision log. No call leaves without a durable record, every refusal is recorded too, and no
 * record holds an argument's value: only the sorted top-level keys.
 */
export { argumentKeys } from './argument-keys.ts';
export { escapeControls, safeJson } from './escape.ts';
export { formatRecord } from './format.ts';
export { boundedRecord, createRecords, type Records, type RecordsParts } from './records.ts';
