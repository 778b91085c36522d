import type { SignIns } from '../../api/own-account.ts';
import { inertName } from '../../parts/inert.ts';

/** The providers that a person is joined to, as words of a sentence. */
export function providersIn({ providers }: SignIns): string {
  const names = providers.map(({ name }) => inertName(name));
  return names.length === 0 ? 'no provider any more' : names.join(' or ');
}
