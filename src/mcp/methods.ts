import { LEGACY_REVISIONS, MODERN_REVISIONS, type Revision } from './revisions.ts';

export type MethodKind = 'request' | 'notification';

/** The groups of methods that a server's settings switch on and off together. */
export type MethodFamily =
  | 'lifecycle'
  | 'tools'
  | 'prompts'
  | 'resources'
  | 'completion'
  | 'logging'
  | 'tasks'
  | 'subscriptions'
  | 'roots'
  | 'utilities';

/** The member of `params` whose value a modern request repeats in `Mcp-Name`. */
export type MirroredMember = 'name' | 'uri' | 'taskId';

interface Method {
  readonly family: MethodFamily;
  readonly kind: MethodKind;
  readonly revisions: readonly Revision[];
  readonly mirrored?: MirroredMember;
}

const LEGACY: readonly Revision[] = LEGACY_REVISIONS;
const MODERN: readonly Revision[] = MODERN_REVISIONS;
const ALL: readonly Revision[] = [...LEGACY, ...MODERN];
const SINCE_2025_06: readonly Revision[] = ['2025-06-18', '2025-11-25'];
const ONLY_2025_11: readonly Revision[] = ['2025-11-25'];
const TASKS: readonly Revision[] = [...ONLY_2025_11, ...MODERN];

function request(family: MethodFamily, revisions: readonly Revision[], mirrored?: MirroredMember): Method {
  return mirrored === undefined
    ? { family, kind: 'request', revisions }
    : { family, kind: 'request', revisions, mirrored };
}

function notification(family: MethodFamily, revisions: readonly Revision[]): Method {
  return { family, kind: 'notification', revisions };
}

/** What a client may send. Extension and vendor methods are absent on purpose: unknown is refused. */
const CLIENT_METHODS: ReadonlyMap<string, Method> = new Map([
  ['initialize', request('lifecycle', LEGACY)],
  ['notifications/initialized', notification('lifecycle', LEGACY)],
  ['server/discover', request('lifecycle', MODERN)],
  ['ping', request('utilities', LEGACY)],
  ['tools/list', request('tools', ALL)],
  ['tools/call', request('tools', ALL, 'name')],
  ['prompts/list', request('prompts', ALL)],
  ['prompts/get', request('prompts', ALL, 'name')],
  ['resources/list', request('resources', ALL)],
  ['resources/templates/list', request('resources', ALL)],
  ['resources/read', request('resources', ALL, 'uri')],
  ['resources/subscribe', request('resources', LEGACY)],
  ['resources/unsubscribe', request('resources', LEGACY)],
  ['completion/complete', request('completion', ALL)],
  ['subscriptions/listen', request('subscriptions', MODERN)],
  ['logging/setLevel', request('logging', LEGACY)],
  ['tasks/get', request('tasks', TASKS, 'taskId')],
  ['tasks/cancel', request('tasks', TASKS, 'taskId')],
  ['tasks/update', request('tasks', MODERN, 'taskId')],
  ['tasks/result', request('tasks', ONLY_2025_11)],
  ['tasks/list', request('tasks', ONLY_2025_11)],
  ['notifications/tasks/status', notification('tasks', ONLY_2025_11)],
  ['notifications/cancelled', notification('utilities', ALL)],
  ['notifications/progress', notification('utilities', LEGACY)],
  ['notifications/roots/list_changed', notification('roots', LEGACY)],
]);

/** What a server may send. Modern servers send no requests at all. */
const SERVER_METHODS: ReadonlyMap<string, Omit<Method, 'family'>> = new Map([
  ['ping', { kind: 'request', revisions: LEGACY }],
  ['sampling/createMessage', { kind: 'request', revisions: LEGACY }],
  ['roots/list', { kind: 'request', revisions: LEGACY }],
  ['elicitation/create', { kind: 'request', revisions: SINCE_2025_06 }],
  ['tasks/get', { kind: 'request', revisions: ONLY_2025_11 }],
  ['tasks/result', { kind: 'request', revisions: ONLY_2025_11 }],
  ['tasks/list', { kind: 'request', revisions: ONLY_2025_11 }],
  ['tasks/cancel', { kind: 'request', revisions: ONLY_2025_11 }],
  ['notifications/cancelled', { kind: 'notification', revisions: ALL }],
  ['notifications/progress', { kind: 'notification', revisions: ALL }],
  ['notifications/message', { kind: 'notification', revisions: ALL }],
  ['notifications/tools/list_changed', { kind: 'notification', revisions: ALL }],
  ['notifications/prompts/list_changed', { kind: 'notification', revisions: ALL }],
  ['notifications/resources/list_changed', { kind: 'notification', revisions: ALL }],
  ['notifications/resources/updated', { kind: 'notification', revisions: ALL }],
  ['notifications/elicitation/complete', { kind: 'notification', revisions: ONLY_2025_11 }],
  ['notifications/tasks/status', { kind: 'notification', revisions: ONLY_2025_11 }],
  ['notifications/tasks', { kind: 'notification', revisions: MODERN }],
  ['notifications/subscriptions/acknowledged', { kind: 'notification', revisions: MODERN }],
] satisfies [string, Omit<Method, 'family'>][]);

function kindIn(table: ReadonlyMap<string, Omit<Method, 'family'>>, revision: string, method: string) {
  const found = table.get(method);
  return found !== undefined && (found.revisions as readonly string[]).includes(revision)
    ? found.kind
    : undefined;
}

/**
 * What a method is when a client sends it in a revision; undefined when that revision has no such method, which
 * must then be refused. In 2026-07-28 the one notification, `notifications/cancelled`, exists on stdio only: over
 * HTTP, closing the answer cancels.
 */
export function methodKind(revision: string, method: string): MethodKind | undefined {
  return kindIn(CLIENT_METHODS, revision, method);
}

/** What a method is when a server sends it in a revision; undefined when it may not. */
export function serverMethodKind(revision: string, method: string): MethodKind | undefined {
  return kindIn(SERVER_METHODS, revision, method);
}

/** What a method is in any revision and either direction; no method changes its kind between them. */
export function kindInAnyRevision(method: string): MethodKind | undefined {
  return (CLIENT_METHODS.get(method) ?? SERVER_METHODS.get(method))?.kind;
}

/** The family of a client's method, in any revision. */
export function methodFamily(method: string): MethodFamily | undefined {
  return CLIENT_METHODS.get(method)?.family;
}

/** The member of `params` that `Mcp-Name` repeats; undefined for methods without the header. */
export function mirroredMember(method: string): MirroredMember | undefined {
  return CLIENT_METHODS.get(method)?.mirrored;
}
