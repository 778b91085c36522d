/** The database of the control plane where it is not the data folder's own; empty counts as not given. */
export function databaseUrl(): string | undefined {
  const url = process.env['TOOLGATE_DATABASE_URL'];
  return url === undefined || url.trim() === '' ? undefined : url;
}
