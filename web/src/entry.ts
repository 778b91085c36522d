/** The first script. All code of a page and all that it shows first are asked for at once, so that none of it waits for another. */
import { askAhead } from './api/ahead.ts';
import { asksOf, placeAt } from './shell/places.ts';

const opened = placeAt(location.pathname);
if (opened?.isInside !== false) {
  const paths = opened ? asksOf(opened, new URLSearchParams(location.search)) : [];
  askAhead(['/me', ...paths].map((path) => `/api/v1${path}`));
}
void import('./main.tsx');
// a page that cannot be loaded says so when it is opened
void opened?.place.load().catch(() => {});
void opened?.place
  .tab?.(opened.parts)
  ?.load()
  .catch(() => {});
