import type { ContactMessage, ContactStore } from '../catalogue-ports.ts';
import type { SqlDatabase } from './sql-database.ts';

/** Messages as one table; see `ContactStore` for what each method promises. */
export function createContactStore(database: SqlDatabase): ContactStore {
  return {
    async insert({ id, at, name, email, text }: ContactMessage) {
      await database.sql().insertInto('contact_messages').values({ id, at, name, email, text }).execute();
    },
    list: (limit) =>
      database
        .sql()
        .selectFrom('contact_messages')
        .select(['id', 'at', 'name', 'email', 'text'])
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute(),
  };
}
