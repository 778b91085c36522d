import type { CredentialStore, StoredCredential } from '../ports.ts';
import type { Database, Row } from './engine.ts';
import type { WriteQueue } from './write-queue.ts';

/** Credentials as one table, one row a server; see `CredentialStore` for what each method promises. */
export function createCredentialStore(database: Database, queue: WriteQueue): CredentialStore {
  const select = database.prepare('SELECT * FROM credentials WHERE server = ?');
  const insert = database.prepare(`
    INSERT INTO credentials (server, issuer, client_id, sealed, updated_at, version) VALUES (?, ?, ?, ?, ?, ?)`);
  const forget = database.prepare('DELETE FROM credentials WHERE server = ?');
  const claim = database.prepare(`
    UPDATE credentials SET renewed_by = ?, renewed_until = ?
    WHERE server = ? AND version = ? AND (renewed_until IS NULL OR renewed_until <= ?)`);
  const release = database.prepare(`
    UPDATE credentials SET renewed_by = NULL, renewed_until = NULL
    WHERE server = ? AND version = ? AND renewed_by = ?`);
  const renew = database.prepare(`
    UPDATE credentials SET sealed = ?, updated_at = ?, version = ?, renewed_by = NULL, renewed_until = NULL
    WHERE server = ? AND version = ?
      AND (renewed_until IS NULL OR renewed_until <= ? OR renewed_by = ?)`);
  const raise = database.prepare("UPDATE revisions SET revision = revision + 1 WHERE name = 'credentials'");
  const revision = database.prepare("SELECT revision FROM revisions WHERE name = 'credentials'");

  const readRevision = (): number => Number(revision.get()?.['revision']);
  function nextRevision(): number {
    raise.run();
    return readRevision();
  }

  return {
    find: (server) =>
      queue.read(() => {
        const row = select.get(server);
        return row && toCredential(row);
      }),
    replace: ({ server, issuer, clientId, sealed, updatedAt }) =>
      queue.write(() => {
        const version = nextRevision();
        forget.run(server);
        insert.run(server, issuer, clientId, sealed, updatedAt, version);
        return version;
      }),
    claim: ({ server, version }, holder, now, until) =>
      queue.write(() => claim.run(holder, until, server, version, now) > 0),
    release: ({ server, version }, holder) =>
      queue.write(() => {
        release.run(server, version, holder);
      }),
    renew: ({ server, version }, holder, sealed, at) =>
      queue.write(() => {
        const next = nextRevision();
        return renew.run(sealed, at, next, server, version, at, holder) > 0 ? next : undefined;
      }),
    remove: (server) =>
      queue.write(() => {
        nextRevision();
        return forget.run(server) > 0;
      }),
    revision: () => queue.read(readRevision),
  };
}

function toCredential(row: Row): StoredCredential {
  return {
    server: String(row['server']),
    issuer: String(row['issuer']),
    clientId: String(row['client_id']),
    sealed: String(row['sealed']),
    updatedAt: Number(row['updated_at']),
    version: Number(row['version']),
  };
}
