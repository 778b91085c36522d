import type { ConnectionDisplay } from '../../api/servers.ts';
import { keptConnection, type ConnectionValue, type NamedValue } from './connection-value.ts';

const anew = (row: NamedValue): NamedValue => (row.state === 'kept' ? { ...row, state: 'given' } : row);
const asBefore = (row: NamedValue): NamedValue =>
  row.isStored && row.state === 'given' && row.value === '' ? { ...row, state: 'kept' } : row;

/** The form when program or address are to be others: nothing that was kept for the one before goes along. */
export function withOtherPlace(value: ConnectionValue, kept: ConnectionDisplay): ConnectionValue {
  return {
    ...value,
    place: 'given',
    headers: value.headers.map(anew),
    env: value.env.map(anew),
    login: value.login === 'kept' && kept.oauth?.hasSecret === true ? 'given' : value.login,
  };
}

/** And back: what was not typed meanwhile is kept again. */
export function withSamePlace(value: ConnectionValue, kept: ConnectionDisplay): ConnectionValue {
  const { login, oauth } = keptConnection(kept);
  const isTyped = value.oauth.clientSecret !== '' || value.oauth.privateKey !== '';
  return {
    ...value,
    place: 'kept',
    headers: value.headers.map(asBefore),
    env: value.env.map(asBefore),
    ...(value.login === 'given' && !isTyped && { login, oauth }),
  };
}
