/// <reference lib="webworker" />
import { lintPolicy, readPolicy, type LintFinding, type ToolDefinition } from '#policy';
import { riskOfList, type RiskCategory } from '#risk';

/** What the worker is told: the tools of the server once, then texts. */
export type CheckRequest =
  | { readonly kind: 'tools'; readonly tools: readonly ToolDefinition[] }
  | { readonly kind: 'text'; readonly id: number; readonly text: string };

/** What it says: the classes that the engine finds for the tools, and what is to be said of a text. */
export type CheckAnswer =
  | {
      readonly kind: 'classes';
      readonly classes: readonly (readonly [name: string, RiskCategory | undefined])[];
    }
  | { readonly kind: 'findings'; readonly id: number; readonly findings: readonly LintFinding[] };

/*
 * Finding the class of every tool takes a second for 500 of them, and looking at a policy against them some time more: done here, nobody
 * waits for it.
 */
let tools: readonly ToolDefinition[] = [];

function answer(message: CheckAnswer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of a worker, which has one listener only
  self.postMessage(message);
}

self.addEventListener('message', ({ data }: MessageEvent<CheckRequest>) => {
  if (data.kind === 'tools') {
    tools = data.tools;
    const classes = riskOfList(tools);
    const first = new Map<string, RiskCategory | undefined>();
    for (const tool of tools) if (!first.has(tool.name)) first.set(tool.name, classes.get(tool));
    answer({ kind: 'classes', classes: [...first] });
    return;
  }
  const read = readPolicy(data.text);
  answer({
    kind: 'findings',
    id: data.id,
    findings: read.ok ? lintPolicy(read.document, tools, data.text) : [],
  });
});
