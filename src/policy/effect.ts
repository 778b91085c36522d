import { compilePolicy } from './compile.ts';
import { decide, isListed } from './decide.ts';
import type { PolicyDocument } from './document.ts';
import { knowTool } from './known-tool.ts';
import { windowInWords } from './window.ts';

const SCOPES = {
  grant: 'per grant',
  session: 'per session',
  server: 'for all grants of the server together',
  organisation: 'for the whole organisation together',
} as const;

/**
 * What a valid policy does to one tool, in a few words: the outcome of deciding a call without arguments, whose check is left out.
 * Asks the engine, so that the words cannot differ from what happens.
 */
export function effectOfPolicy(document: PolicyDocument, toolName: string): string {
  const policy = compilePolicy({ ...document, arguments: 'any' }, { name: 'effect', version: '' });
  const decision = decide(policy, { tool: toolName, arguments: {} }, knowTool({ name: toolName }));
  if (decision.outcome === 'deny') {
    if (!isListed(policy, toolName)) return 'neither listed nor callable';
    return 'listed, but every such call is refused';
  }
  const limits = decision.limits.map(
    ({ maxMicros, windowSeconds, scope }) =>
      `at most ${maxMicros / 1_000_000} ${windowInWords(windowSeconds)} ${SCOPES[scope]}`,
  );
  const outcome = decision.outcome === 'hold' ? 'every call waits for a person' : 'allowed';
  return [outcome, ...limits].join(', ');
}
