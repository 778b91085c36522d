import type { Identity, IdentityOptions } from './identity.ts';

/** Opens the accounts of people. The library behind them is loaded only now. */
export async function openIdentity(options: IdentityOptions): Promise<Identity> {
  const { createIdentity } = await import('./identity.ts');
  return createIdentity(options);
}
