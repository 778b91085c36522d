import type { ContactMessage, ContactStore } from '../catalogue-ports.ts';
import type { Database, Row } from './engine.ts';
import type { WriteQueue } from './write-queue.ts';

/** Messages as one table; see `ContactStore` for what each method promises. */
export function createContactStore(database: Database, queue: WriteQueue): ContactStore {
  const insert = database.prepare(
    'INSERT INTO contact_messages (id, at, name, email, text) VALUES (?, ?, ?, ?, ?)',
  );
  const newest = database.prepare('SELECT * FROM contact_messages ORDER BY at DESC, id DESC LIMIT ?');
  return {
    insert: ({ id, at, name, email, text }) =>
      queue.write(() => {
        insert.run(id, at, name, email, text);
      }),
    list: (limit) => queue.read(() => newest.all(limit).map(toMessage)),
  };
}

function toMessage(row: Row): ContactMessage {
  return {
    id: String(row['id']),
    at: Number(row['at']),
    name: String(row['name']),
    email: String(row['email']),
    text: String(row['text']),
  };
}
