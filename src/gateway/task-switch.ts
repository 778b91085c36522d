import type { MethodSwitches } from '#platform';

/**
 * Whether a server's settings let a method about tasks through. Tasks are listed by nobody, because to the server all agents
 * are one; and an agent makes no task of a server's request, so that it has none to report on.
 */
export function offersTaskMethod(method: string, switches: MethodSwitches): boolean {
  return switches.tasks === true && method !== 'tasks/list' && method !== 'notifications/tasks/status';
}
