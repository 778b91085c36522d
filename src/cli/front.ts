import type { RequestListener } from 'node:http';
import { isDashboardPath } from './dashboard.ts';

/** Who answers what is neither an agent's nor an operator's. */
export interface FrontParts {
  /** The API under `/api/`. */
  readonly control: RequestListener | undefined;
  /** The pages under `/app/`. */
  readonly dashboard: RequestListener | undefined;
  /** Everything else. */
  readonly site: RequestListener | undefined;
}

/** Sends a request to who answers it; undefined where nobody is. */
export function createFront({ control, dashboard, site }: FrontParts): RequestListener | undefined {
  if (!control && !dashboard && !site) return undefined;
  return (request, response) => {
    const { url = '/' } = request;
    if (control && url.startsWith('/api/')) return control(request, response);
    if (dashboard && isDashboardPath(url)) return dashboard(request, response);
    if (site) return site(request, response);
    if (dashboard && url === '/') return void response.writeHead(302, { location: '/app/' }).end();
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('There is nothing here.\n');
  };
}
