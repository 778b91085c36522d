import { ToolgateError, type LimitConfiguration, type MethodSwitches } from '#platform';
import { isJsonObject, type Json } from '#mcp';
import type { ApprovalSettings } from './directory.ts';

/** What the gateway heeds of the settings of a registered server. */
export interface ServerSettings {
  readonly methods?: MethodSwitches | undefined;
  readonly limits?: LimitConfiguration | undefined;
  readonly approvals?: ApprovalSettings | undefined;
  readonly capture?: object | undefined;
}

/**
 * Settings as they were stored, checked by whoever stored them: only their shape is looked at again. Throws `server.settings` for what
 * is none, because a switch that cannot be read must not count as on.
 */
export function readServerSettings(text: string): ServerSettings {
  const { methods, limits, approvals, capture } = objectOf(parse(text));
  const switches = optional(methods, (name) => typeof name === 'boolean');
  const numbers = optional(limits, (value) => typeof value === 'number');
  return {
    methods: switches,
    limits: numbers,
    approvals: approvals === undefined ? undefined : approvalsOf(objectOf(approvals)),
    capture: capture === undefined ? undefined : objectOf(capture),
  };
}

function approvalsOf({ lifeMs, holdOpenMs, elicitation }: Record<string, Json>): ApprovalSettings {
  if (typeof lifeMs !== 'number' || typeof holdOpenMs !== 'number' || typeof elicitation !== 'boolean')
    throw unreadable();
  return { lifeMs, holdOpenMs, elicitation };
}

function optional(value: Json | undefined, isFit: (member: Json) => boolean): object | undefined {
  if (value === undefined) return undefined;
  const object = objectOf(value);
  if (!Object.values(object).every(isFit)) throw unreadable();
  return object;
}

function objectOf(value: unknown): Record<string, Json> {
  if (!isJsonObject(value)) throw unreadable();
  return value as Record<string, Json>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable();
  }
}

function unreadable(): ToolgateError {
  return new ToolgateError('server.settings', 'The settings of the server cannot be read.', {
    hint: 'Save its settings again.',
  });
}
