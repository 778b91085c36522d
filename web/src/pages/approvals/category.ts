import { CATEGORIES, type Category } from '../../parts/risk-badge.tsx';

/** The class of a tool as badges know it; what is not known counts as such. */
export function categoryOf(text: string | undefined): Category {
  const lower = text?.toLowerCase();
  return CATEGORIES.find((category) => category === lower) ?? 'unknown';
}
