import { useEffect, useRef, useState } from 'react';
import type { LintFinding } from '#policy';
import type { RiskCategory } from '#risk';
import type { PolicyTool } from '../../api/policies.ts';
import type { CheckAnswer, CheckRequest } from '../../builder/check-worker.ts';

const PAUSE_MS = 250;

export interface Checks {
  readonly findings: readonly LintFinding[];
  /** The classes that the engine finds for the list; undefined until it has. */
  readonly classes: ReadonlyMap<string, RiskCategory> | undefined;
}

const NONE: readonly LintFinding[] = [];

/** What is to be said of a text against the tools of its server, found beside the page so that nobody waits. */
export function useChecks(text: string, tools: readonly PolicyTool[] | undefined): Checks {
  const worker = useRef<Worker>(undefined);
  const asked = useRef(0);
  const [findings, setFindings] = useState(NONE);
  const [classes, setClasses] = useState<ReadonlyMap<string, RiskCategory>>();

  useEffect(() => {
    if (tools === undefined) return undefined;
    const made = new Worker(new URL('../../builder/check-worker.ts', import.meta.url), { type: 'module' });
    worker.current = made;
    made.addEventListener('message', ({ data }: MessageEvent<CheckAnswer>) => {
      if (data.kind === 'classes')
        setClasses(
          new Map(
            data.classes.flatMap(([name, category]) => (category === undefined ? [] : [[name, category]])),
          ),
        );
      else if (data.id === asked.current) setFindings(data.findings);
    });
    send(made, { kind: 'tools', tools });
    return () => {
      made.terminate();
      worker.current = undefined;
    };
  }, [tools]);

  useEffect(() => {
    const timer = setTimeout(() => {
      asked.current += 1;
      if (worker.current !== undefined) send(worker.current, { kind: 'text', id: asked.current, text });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, tools]);

  return { findings, classes };
}

function send(worker: Worker, request: CheckRequest): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a worker, which has one listener only
  worker.postMessage(request);
}
