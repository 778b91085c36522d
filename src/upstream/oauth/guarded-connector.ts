import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { notAllowed, type AddressGuard } from '../address-guard.ts';

/** For `connect` of an undici dispatcher: every connection made through it is checked, addresses too. */
export function guardedConnector(guard: AddressGuard, timeoutMs: number): buildConnector.connector {
  const { lookup } = guard;
  const connect = buildConnector({ timeout: timeoutMs, ...(lookup && { lookup }) });
  return (target, callback) => {
    // an address is not looked up, so the look-up would not see it
    if (isIP(target.hostname) !== 0 && !guard.permits(target.hostname)) callback(notAllowed(), null);
    else connect(target, callback);
  };
}
