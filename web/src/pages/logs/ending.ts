import { isRunning, type Decision } from '../../api/logs.ts';

const RESULTS: Readonly<Record<string, readonly [short: string, whole: string]>> = {
  ok: ['ok', 'The server answered.'],
  tool_error: ['tool error', 'The tool answered that it failed.'],
  rpc_error: ['protocol error', 'The server answered with an error of the protocol.'],
  upstream_status: ['HTTP error', 'The server answered with an HTTP error.'],
  unreachable: ['unreachable', 'The server could not be reached; the call did not run.'],
  timeout: ['timed out', 'The server did not answer in time; whether the call took effect is not known.'],
  broken: ['broken', 'The answer broke off; whether the call took effect is not known.'],
  aborted: ['aborted', 'The agent went before the answer was there.'],
};

/** How a call ended: for a row, and as a sentence. */
export function endingInWords(decision: Decision): { readonly short: string; readonly whole: string } {
  const { ending, outcome, enforced } = decision;
  if (ending !== undefined) {
    const [short, whole] = RESULTS[ending.result] ?? [ending.result, `It ended with “${ending.result}”.`];
    return { short, whole };
  }
  if (isRunning(decision))
    return { short: 'running', whole: 'The call went to the server and has not come back yet.' };
  const never = outcome !== 'allow' && (enforced || outcome === 'refused');
  return never
    ? { short: '–', whole: 'The call never left the gateway.' }
    : { short: 'no ending', whole: 'How the call ended was not recorded.' };
}
