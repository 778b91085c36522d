import { ToolgateError, type Clock } from '#platform';
import type { Grant, GrantStore, StoredGrant } from '../ports.ts';
import { optionalText, type Database, type Row } from './engine.ts';
import type { WriteQueue } from './write-queue.ts';

/**
 * Grants as one table; see `GrantStore` for what each method promises. Besides, a token serves one grant only
 * (`grant.token_taken`), and a label that lives on several servers revokes none (`grant.label_ambiguous`).
 */
export function createGrantStore(database: Database, queue: WriteQueue, clock: Clock): GrantStore {
  const insert = database.prepare(`
    INSERT INTO grants (id, label, server, policy, created_at, expires_at, revoked_at, token_hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const sameLabel = database.prepare(`
    SELECT 1 FROM grants WHERE server = ? AND label = ? AND revoked_at IS NULL
      AND (expires_at IS NULL OR expires_at > ?)`);
  const sameToken = database.prepare('SELECT 1 FROM grants WHERE token_hash = ?');
  const all = database.prepare('SELECT * FROM grants ORDER BY created_at, id');
  const byId = database.prepare('SELECT * FROM grants WHERE id = ? AND revoked_at IS NULL');
  const byLabel = database.prepare(
    'SELECT * FROM grants WHERE label = ? AND revoked_at IS NULL ORDER BY created_at DESC, id DESC',
  );
  const revoke = database.prepare('UPDATE grants SET revoked_at = ? WHERE id = ?');
  const revision = database.prepare("SELECT revision FROM revisions WHERE name = 'grants'");

  function find(idOrLabel: string): Grant | undefined {
    const row = byId.get(idOrLabel);
    if (row !== undefined) return toGrant(row);
    const [newest, ...others] = byLabel.all(idOrLabel).map(toGrant);
    if (others.some((other) => other.server !== newest?.server)) {
      throw new ToolgateError(
        'grant.label_ambiguous',
        `Several servers have a grant labelled "${idOrLabel}".`,
        {
          hint: 'Name the server too, or revoke by grant id.',
        },
      );
    }
    return newest;
  }

  return {
    insert: (grant) =>
      queue.write(() => {
        if (sameLabel.get(grant.server, grant.label, clock.now()) !== undefined) {
          throw labelTaken(grant);
        }
        if (sameToken.get(grant.tokenHash) !== undefined) {
          throw new ToolgateError('grant.token_taken', 'This token already belongs to a grant.');
        }
        insert.run(
          grant.id,
          grant.label,
          grant.server,
          grant.policy ?? null,
          grant.createdAt,
          grant.expiresAt ?? null,
          grant.revokedAt ?? null,
          grant.tokenHash,
        );
      }),
    list: () => queue.read(() => all.all().map(toStoredGrant)),
    revoke: (idOrLabel, at) =>
      queue.write(() => {
        const grant = find(idOrLabel);
        if (grant === undefined) return undefined;
        revoke.run(at, grant.id);
        return { ...grant, revokedAt: at };
      }),
    revision: () => queue.read(() => Number(revision.get()?.['revision'])),
  };
}

function labelTaken(grant: Grant): ToolgateError {
  return new ToolgateError(
    'grant.label_taken',
    `The server "${grant.server}" already has a live grant labelled "${grant.label}".`,
    { hint: 'Choose another label, or revoke the other grant first.' },
  );
}

function toGrant(row: Row): Grant {
  const optionalNumber = (value: unknown): number | undefined => (value === null ? undefined : Number(value));
  return {
    id: String(row['id']),
    label: String(row['label']),
    server: String(row['server']),
    policy: optionalText(row['policy']),
    createdAt: Number(row['created_at']),
    expiresAt: optionalNumber(row['expires_at']),
    revokedAt: optionalNumber(row['revoked_at']),
  };
}

function toStoredGrant(row: Row): StoredGrant {
  return { ...toGrant(row), tokenHash: String(row['token_hash']) };
}
