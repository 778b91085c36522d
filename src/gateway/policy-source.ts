import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { compilePolicy, readPolicy, type CompiledPolicy, type Problem } from '#policy';
import { messageOf, ToolgateError, type Log } from '#platform';
import type { Directory } from './directory.ts';
import { silentTelemetry, type Telemetry } from './telemetry.ts';

/** Where a policy's text comes from: a file that is watched, or a document inside the configuration. */
export type PolicyOrigin = { readonly file: string } | { readonly text: string };

interface Source {
  readonly server: string;
  readonly name: string;
  readonly origin: PolicyOrigin;
  /** Hash of the text last looked at, good or bad. */
  seen: string | undefined;
  /** Size and time of the file last looked at: an unchanged file is not even opened. */
  stamp?: string;
}

/**
 * Keeps the policies of the directory equal to their files. An edit that cannot be used leaves the old policy in force,
 * and the log says so with every fault.
 */
export class PolicySource {
  readonly #directory: Directory;
  readonly #log: Log;
  readonly #telemetry: Telemetry;
  #sources: Source[] = [];

  constructor(directory: Directory, log: Log, telemetry: Telemetry = silentTelemetry) {
    this.#directory = directory;
    this.#log = log;
    this.#telemetry = telemetry;
  }

  /** Reads every policy at start. Throws `policy.invalid` with all faults of all of them. */
  loadAll(
    origins: ReadonlyMap<
      string,
      { readonly server: string; readonly name: string; readonly origin: PolicyOrigin }
    >,
  ): void {
    const faults: string[] = [];
    this.#sources = [];
    for (const { server, name, origin } of origins.values()) {
      const source: Source = { server, name, origin, seen: undefined };
      this.#sources.push(source);
      const read = readSource(source);
      if (read.ok) this.#directory.setPolicy(server, name, read.policy);
      else faults.push(...read.faults);
    }
    if (faults.length > 0) {
      throw new ToolgateError(
        'policy.invalid',
        `${faults.length === 1 ? 'A policy has a fault' : `Policies have ${faults.length} faults`}.`,
        {
          details: faults,
          hint: 'Correct the lines above; `toolgate policy validate FILE` checks a policy on its own.',
        },
      );
    }
  }

  /** Looks at every file again and takes over what changed. Cheap: a file is compiled only when its text differs. */
  refresh(): void {
    for (const source of this.#sources) {
      const before = source.seen;
      if (!hasNewStamp(source)) continue;
      const read = readSource(source);
      if (source.seen === before) continue;
      this.#telemetry.policyReloaded(read.ok);
      if (read.ok) {
        this.#directory.setPolicy(source.server, source.name, read.policy);
        this.#log.info(
          { server: source.server, policy: source.name, version: read.policy.version },
          'policy reloaded',
        );
      } else {
        this.#log.error(
          { server: source.server, policy: source.name, faults: read.faults },
          'policy not reloaded: the one before stays in force',
        );
      }
    }
  }

  /** Replaces the set of policies (the configuration changed); faulty ones keep what was in force before. */
  replaceAll(
    origins: ReadonlyMap<
      string,
      { readonly server: string; readonly name: string; readonly origin: PolicyOrigin }
    >,
  ): void {
    const before = new Map(this.#sources.map((source) => [`${source.server}/${source.name}`, source.seen]));
    this.#sources = [...origins].map(([key, { server, name, origin }]) => ({
      server,
      name,
      origin,
      seen: before.get(key),
    }));
    this.refresh();
  }
}

function hasNewStamp(source: Source): boolean {
  if (!('file' in source.origin)) return source.seen === undefined;
  const stat = statSync(source.origin.file, { throwIfNoEntry: false });
  const stamp = stat ? `${stat.mtimeMs}/${stat.size}/${stat.ino}` : 'missing';
  const isNew = stamp !== source.stamp;
  source.stamp = stamp;
  return isNew;
}

type Read =
  | { readonly ok: true; readonly policy: CompiledPolicy }
  | { readonly ok: false; readonly faults: readonly string[] };

function readSource(source: Source): Read {
  const place = 'file' in source.origin ? source.origin.file : `policy ${source.server}/${source.name}`;
  let text: string;
  try {
    text = 'file' in source.origin ? readFileSync(source.origin.file, 'utf8') : source.origin.text;
  } catch (error) {
    source.seen = `unreadable: ${messageOf(error)}`;
    return { ok: false, faults: [`${place}: cannot be read (${messageOf(error)})`] };
  }
  const version = versionOf(text);
  source.seen = version;
  const read = readPolicy(text);
  if (!read.ok) return { ok: false, faults: read.problems.map((problem) => formatProblem(place, problem)) };
  return { ok: true, policy: compilePolicy(read.document, { name: source.name, version }) };
}

/** A policy kept in a file is versioned by its content: the first 12 hex digits of its SHA-256. */
export function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** `file:line:column: pointer: message (suggestion)`, the form editors and people know. */
export function formatProblem(
  place: string,
  problem: Omit<Problem, 'line' | 'column'> & Partial<Problem>,
): string {
  const position = problem.line === undefined ? '' : `:${problem.line}:${problem.column ?? 1}`;
  const pointer = problem.pointer === '' ? '' : `${problem.pointer}: `;
  const suggestion = problem.suggestion === undefined ? '' : ` (${problem.suggestion})`;
  return `${place}${position}: ${pointer}${problem.message}${suggestion}`;
}
