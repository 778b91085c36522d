import { ERROR_CODES, errorAnswer, isRequestId, renameTasks, type JsonObject } from '#mcp';
import type { AgentRequest } from './agent-request.ts';
import type { Directory } from './directory.ts';
import type { AgentCall } from './read-call.ts';
import type { SessionOwner } from './session-id.ts';
import { sealTask, type RecentTasks, type TaskHandle } from './task-id.ts';
import { denialOf, TASK_NOT_FOUND, taskMakerOf } from './tasks.ts';

/** Which tasks the messages of one exchange may name on their way down, and how the agent knows them. */
export interface TaskScope {
  /** The tool that every task of this exchange belongs to, where that is known; a replay of it must know it too. */
  readonly tool: string | undefined;
  /** The results here are those of a task that was made before. */
  readonly isCollecting: boolean;
  /** The agent's id for a task of the server; undefined when it may not hear of it. */
  readonly name: (id: string) => string | undefined;
  /** Whether the policy of this moment still gives the grant the results of a tool. */
  readonly mayCollect: (tool: string) => boolean;
}

export interface TaskScopeParts {
  readonly request: AgentRequest;
  /** The call that is answered; undefined on a GET stream. */
  readonly call: AgentCall | undefined;
  /** The tool of the stream that a GET replays, as its event id says. */
  readonly replayed: string | undefined;
  readonly owner: SessionOwner;
  readonly directory: Directory;
  readonly recent: RecentTasks;
  readonly sessionKey: Uint8Array;
}

/** The scope of one exchange with a server whose tasks are switched on. */
export function taskScopeOf(parts: TaskScopeParts): TaskScope {
  const { request, call, replayed, owner, directory, recent, sessionKey } = parts;
  const named: readonly TaskHandle[] = call?.tasks ?? [];
  const isAboutOne =
    call?.message.kind === 'request' && call.message.method.startsWith('tasks/') && named.length === 1;
  const collected = replayed ?? (isAboutOne ? named[0]?.tool : undefined);
  const tool = collected ?? (call && taskMakerOf(call));
  const mayCollect = (name: string): boolean => {
    const tools = request.server.upstream.knownTools();
    const known = tools ? tools.get(name) : { definition: { name }, risk: undefined };
    return denialOf(directory.policyOf(request.grant), name, known) === undefined;
  };
  return {
    tool,
    isCollecting: collected !== undefined,
    mayCollect,
    name(id) {
      const made = tool === undefined ? recent.find(id, owner) : sealTask(id, tool, owner, sessionKey);
      const handle = named.find((each) => each.id === id) ?? made;
      if (!handle || !mayCollect(handle.tool)) return undefined;
      recent.keep(handle, owner);
      return handle.sealed;
    },
  };
}

/**
 * A message of the server with the agent's ids for its tasks. An answer that the agent may not have any more, or about a
 * task that it may not hear of, becomes an error; undefined for a notification that must not pass.
 */
export function bindTasks(message: JsonObject, scope: TaskScope): JsonObject | undefined {
  const id = isRequestId(message['id']) ? message['id'] : undefined;
  const isAnswer = message['method'] === undefined;
  if (isAnswer && scope.isCollecting && scope.tool !== undefined && !scope.mayCollect(scope.tool)) {
    return errorAnswer(id, ERROR_CODES.invalidParams, TASK_NOT_FOUND);
  }
  const renamed = renameTasks(message, scope.name);
  if (renamed || !isAnswer) return renamed;
  const text = 'The server answered with a task that this call cannot have';
  return errorAnswer(id, ERROR_CODES.internalError, text);
}
