import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Directory, GovernedServer } from '#gateway';
import type { KnownTool, ToolDefinition } from '#policy';
import { clip } from '#records';
import { classify, familyOf } from '#risk';
import type { LookStore } from '#store';
import type { Asked } from '#upstream';
import { isSameList } from './drift-look.ts';

const LONGEST_FAILURE = 300;
/** After so long others have a turn. */
const TURN_MS = 5;

type Counts = Readonly<Record<string, number>>;

/** What was noted of one server. */
interface Noted {
  readonly asked: Asked;
  readonly tools: ReadonlySet<KnownTool>;
  readonly counts: Counts | undefined;
}

/** Notes what each server answered when it was last asked for its tools, for those who look at servers and must not ask them. */
export class ServerLooks {
  readonly #directory: Pick<Directory, 'servers'>;
  readonly #looks: Pick<LookStore, 'note'>;
  readonly #noted = new WeakMap<GovernedServer['upstream'], Noted>();

  constructor(directory: Pick<Directory, 'servers'>, looks: Pick<LookStore, 'note'>) {
    this.#directory = directory;
    this.#looks = looks;
  }

  /** To be called every few seconds. Rejects when the store fails; what was not noted then is noted the next time. */
  async note(): Promise<void> {
    for (const { id, organisation, upstream } of this.#directory.servers()) {
      const asked = upstream.lastAsked();
      const before = this.#noted.get(upstream);
      if (asked === undefined || asked === before?.asked) continue;
      const listed = upstream.knownTools() ?? new Map<string, KnownTool>();
      const isKnown = before !== undefined && isSameList(listed, before.tools);
      const tools = [...listed.values()];
      const counts = isKnown ? before.counts : await countClasses(tools.map(({ definition }) => definition));
      await noteLook(this.#looks, { organisation, server: id }, asked, counts);
      this.#noted.set(upstream, { asked, tools: new Set(tools), counts });
    }
  }
}

/** Notes one answer of a server; one that failed leaves the numbers that were noted before. */
export function noteLook(
  looks: Pick<LookStore, 'note'>,
  { organisation, server }: { readonly organisation: string; readonly server: string },
  { at, failure }: Asked,
  counts: Counts | undefined,
): Promise<void> {
  return looks.note(organisation, server, {
    at,
    ...(failure === undefined ? counts && { counts } : { failure: clip(failure, LONGEST_FAILURE) }),
  });
}

/** Numbers of tools by class; other work has its turn while a long list is gone through. */
export async function countClasses(tools: readonly ToolDefinition[]): Promise<Counts> {
  const family = familyOf(tools.map(({ name }) => name));
  const counts: Record<string, number> = {};
  let startedAt = performance.now();
  for (const tool of tools) {
    const { category } = classify(tool, family);
    counts[category] = (counts[category] ?? 0) + 1;
    if (performance.now() - startedAt < TURN_MS) continue;
    await nextTurn();
    startedAt = performance.now();
  }
  return counts;
}
