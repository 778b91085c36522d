import { messageOf, type Log } from '#platform';
import { compilePolicy, readPolicy, type CompiledPolicy } from '#policy';
import type { PolicyVersion } from '#store';
import type { Directory } from './directory.ts';
import { formatProblem } from './policy-source.ts';
import type { Telemetry } from './telemetry.ts';

type Published = PolicyVersion & { readonly organisation: string };

/**
 * Keeps the policies of the directory equal to what was published. A version that cannot be compiled (it was, when it was published,
 * by an engine that has changed since) is no policy: its grants are denied every call, rather than ruled by an older one.
 */
export class PublishedPolicies {
  readonly #directory: Directory;
  readonly #log: Log;
  readonly #telemetry: Telemetry;
  /** The version last looked at, good or bad, by server and name. */
  #versions = new Map<string, Published>();
  readonly #shadowed = new Set<string>();

  constructor(directory: Directory, log: Log, telemetry: Telemetry) {
    this.#directory = directory;
    this.#log = log;
    this.#telemetry = telemetry;
  }

  /** Takes over what is published, and takes away what is no longer. Policies of files win. */
  replaceAll(published: readonly Published[]): void {
    const before = this.#versions;
    const versions = new Map<string, Published>();
    for (const row of published) {
      const key = `${row.server}/${row.name}`;
      const known = before.get(key);
      if (!this.#mayRule(row, known !== undefined)) continue;
      versions.set(key, row);
      if (known?.version !== row.version) this.#put(row);
    }
    this.#versions = versions;
    for (const [key, { server, name }] of before) {
      if (versions.has(key)) continue;
      this.#directory.removePolicy(server, name);
      this.#log.info({ server, policy: name }, 'policy removed');
    }
  }

  /** A policy rules a server of its own organisation, where the configuration has none of its name. */
  #mayRule({ server, name, organisation }: Published, isKnown: boolean): boolean {
    if (this.#directory.server(server)?.organisation !== organisation) return false;
    if (isKnown || !this.#directory.hasPolicy(server, name)) return true;
    const key = `${server}/${name}`;
    if (!this.#shadowed.has(key))
      this.#log.warn(
        { server, policy: name },
        'a published policy has the name of a declared one, which wins',
      );
    this.#shadowed.add(key);
    return false;
  }

  #put(row: Published): void {
    const { server, name, version } = row;
    const place = { server, policy: name, version: String(version) };
    const read = compiled(row);
    this.#telemetry.policyReloaded(read.ok);
    if (read.ok) {
      this.#directory.setPolicy(server, name, read.policy);
      this.#log.info(place, 'policy in force');
    } else {
      this.#directory.removePolicy(server, name);
      this.#log.error(
        { ...place, faults: read.faults },
        'a published policy cannot be used: its grants are denied every call',
      );
    }
  }
}

type Compiled =
  | { readonly ok: true; readonly policy: CompiledPolicy }
  | { readonly ok: false; readonly faults: readonly string[] };

function compiled({ server, name, version, document }: Published): Compiled {
  const place = `policy ${server}/${name} version ${version}`;
  try {
    const read = readPolicy(document);
    if (!read.ok) return { ok: false, faults: read.problems.map((problem) => formatProblem(place, problem)) };
    return { ok: true, policy: compilePolicy(read.document, { name, version: String(version) }) };
  } catch (error) {
    return { ok: false, faults: [`${place}: ${messageOf(error)}`] };
  }
}
