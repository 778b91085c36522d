import type { Grant } from '#store';

/** A grant as tests need one whose content does not matter. */
export const grant: Grant = {
  id: 'g',
  label: 'g',
  server: 'shop',
  policy: undefined,
  createdAt: 0,
  expiresAt: undefined,
  revokedAt: undefined,
};
