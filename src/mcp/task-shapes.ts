import type { Era, Json, JsonObject } from './message.ts';
import { isJsonObject } from './read-message.ts';
import { META_KEYS } from './revisions.ts';

/** The extension that carries tasks in 2026-07-28. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

/** Gives the other name of a task; undefined when the task may not be named here. */
export type TaskNaming = (id: string) => string | undefined;

/** A message with every task in it renamed; undefined when it is about a task that may not be named. */
export type Renamed = JsonObject | undefined;

/** Whether a result says that the server made a task of the call, in the form of either era. */
export function isTaskResult(result: JsonObject, era: Era): boolean {
  if (era === 'modern') return result['resultType'] === 'task';
  const { task } = result;
  return isJsonObject(task) && typeof task['taskId'] === 'string';
}

/**
 * Renames the tasks in a message of a server, wherever the protocol writes them: new tasks, states of tasks, lists,
 * notifications, acknowledged subscriptions, and `_meta`. A mention in `_meta` of a task that may not be named is
 * taken out, an entry of a list is left out, anything else makes the message undefined. The same object comes back when
 * it names no task. Sources: 2025-11-25, tasks; the tasks extension of 2026-07-28.
 */
export function renameTasks(message: JsonObject, name: TaskNaming): Renamed {
  const { method, params, result } = message;
  if (typeof method === 'string' && isJsonObject(params)) {
    const renamed = renameInParams(method, params, name);
    return renamed === undefined ? undefined : withMember(message, 'params', renamed);
  }
  if (!isJsonObject(result)) return message;
  const renamed = renameInResult(result, name);
  return renamed === undefined ? undefined : withMember(message, 'result', renamed);
}

/** The task that `_meta` says an object belongs to; undefined when there is none. */
export function relatedTaskOf(object: Json | undefined): Json | undefined {
  const meta = isJsonObject(object) ? object['_meta'] : undefined;
  return isJsonObject(meta) ? meta[META_KEYS.relatedTask] : undefined;
}

/** An object whose `_meta` names the related task anew, or no task at all. */
export function relateTo(object: JsonObject, taskId: string | undefined): JsonObject {
  const { [META_KEYS.relatedTask]: related, ...meta } = object['_meta'] as Record<string, Json>;
  const named =
    taskId === undefined ? {} : { [META_KEYS.relatedTask]: { ...(related as JsonObject), taskId } };
  return { ...object, _meta: { ...meta, ...named } };
}

/** The ids of `subscriptions/listen` parameters whose tasks the agent wants to hear of; undefined when there are none. */
export function listenedTasks(params: JsonObject | undefined): Json | undefined {
  const notifications = params?.['notifications'];
  return isJsonObject(notifications) ? notifications['taskIds'] : undefined;
}

/** `subscriptions/listen` parameters with other task ids; undefined takes the member out. */
export function listenTo(params: JsonObject, taskIds: readonly string[] | undefined): JsonObject {
  const { taskIds: _, ...others } = params['notifications'] as Record<string, Json>;
  return { ...params, notifications: taskIds === undefined ? others : { ...others, taskIds } };
}

/** The names of listed tools that can only be called as a task (2025-11-25, `execution.taskSupport`). */
export function taskOnlyTools(tools: readonly Json[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const tool of tools) {
    if (!isJsonObject(tool) || typeof tool['name'] !== 'string') continue;
    const { execution } = tool;
    if (isJsonObject(execution) && execution['taskSupport'] === 'required') names.add(tool['name']);
  }
  return names;
}

/**
 * What is left of a legacy server's `tasks` capability when nobody can list tasks: ending one, and making one of a tool
 * call. Undefined when nothing is left.
 */
export function callableTasks(capability: Json | undefined): JsonObject | undefined {
  if (!isJsonObject(capability)) return undefined;
  const { cancel, requests } = capability;
  const tools = isJsonObject(requests) ? requests['tools'] : undefined;
  const call = isJsonObject(tools) ? tools['call'] : undefined;
  if (!isJsonObject(call)) return undefined;
  return { ...(isJsonObject(cancel) ? { cancel } : {}), requests: { tools: { call } } };
}

function renameInParams(method: string, params: JsonObject, name: TaskNaming): Renamed {
  let renamed = renameRelated(params, name);
  if (method === 'notifications/tasks/status' || method === 'notifications/tasks') {
    const state = renameState(renamed, name);
    if (state === undefined) return undefined;
    renamed = state;
  }
  const listened = method === 'notifications/subscriptions/acknowledged' ? listenedTasks(renamed) : undefined;
  if (!Array.isArray(listened)) return renamed;
  const ids = (listened as readonly Json[]).flatMap((id) => (typeof id === 'string' ? (name(id) ?? []) : []));
  return listenTo(renamed, ids);
}

function renameInResult(result: JsonObject, name: TaskNaming): Renamed {
  let renamed = renameRelated(result, name);
  const { task, tasks } = result;
  if (isJsonObject(task) && typeof task['taskId'] === 'string') {
    const state = renameState(task, name);
    if (state === undefined) return undefined;
    renamed = { ...renamed, task: state };
  }
  if (Array.isArray(tasks)) {
    const listed = (tasks as readonly Json[]).map((each) =>
      isTaskState(each) ? renameState(each, name) : each,
    );
    renamed = { ...renamed, tasks: listed.filter((each) => each !== undefined) };
  }
  const isState = isTaskState(result) || isTaskResult(result, 'modern');
  return isState ? renameState(renamed, name) : renamed;
}

function isTaskState(value: Json): value is JsonObject {
  return isJsonObject(value) && typeof value['taskId'] === 'string' && typeof value['status'] === 'string';
}

/** A task as the protocol writes it, with what a finished or waiting one of 2026-07-28 brings along. */
function renameState(state: JsonObject, name: TaskNaming): Renamed {
  const { taskId, result, inputRequests } = state;
  const renamedId = typeof taskId === 'string' ? name(taskId) : undefined;
  if (renamedId === undefined) return undefined;
  const renamed = { ...state, taskId: renamedId };
  const inner = isJsonObject(result) ? { result: renameRelated(result, name) } : {};
  const asked = isJsonObject(inputRequests) ? { inputRequests: renameAsked(inputRequests, name) } : {};
  return { ...renamed, ...inner, ...asked };
}

function renameAsked(requests: JsonObject, name: TaskNaming): JsonObject {
  return Object.fromEntries(
    Object.entries(requests).map(([key, request]) => {
      const params = isJsonObject(request) ? request['params'] : undefined;
      if (!isJsonObject(request) || !isJsonObject(params)) return [key, request];
      return [key, { ...request, params: renameRelated(params, name) }];
    }),
  );
}

function renameRelated(object: JsonObject, name: TaskNaming): JsonObject {
  const related = relatedTaskOf(object);
  if (related === undefined) return object;
  const id = isJsonObject(related) ? related['taskId'] : undefined;
  return relateTo(object, typeof id === 'string' ? name(id) : undefined);
}

function withMember(message: JsonObject, member: 'params' | 'result', value: JsonObject): JsonObject {
  return message[member] === value ? message : { ...message, [member]: value };
}
