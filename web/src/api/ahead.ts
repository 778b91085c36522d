/** What a page asks first, asked while its code is still on the way. The first script holds this: it must stay small. */

const KEPT_ORGANISATION = 'toolgate-organisation';
/** So long what was asked waits for the page; as long as what was read counts as fresh. */
const FRESH_MS = 5_000;

/** How long an answer may take before the page says that the gateway does not answer. */
export const PATIENCE_MS = 30_000;

const asked = new Map<string, Promise<Response>>();

/** The organisation that was looked at last; undefined where there is no choice. */
export function keptOrganisation(): string | undefined {
  return localStorage.getItem(KEPT_ORGANISATION) ?? undefined;
}

/** Keeps which organisation is looked at, for the next time. */
export function keepOrganisation(organisation: string | undefined): void {
  if (organisation === undefined) localStorage.removeItem(KEPT_ORGANISATION);
  else localStorage.setItem(KEPT_ORGANISATION, organisation);
}

/** What every question to the API carries; `organisation` is the one that it is about, where there are several. */
export function headersOf(organisation: string | undefined): Readonly<Record<string, string>> {
  return {
    accept: 'application/json',
    ...(organisation !== undefined && { 'toolgate-organisation': organisation }),
  };
}

function keyOf(url: string, organisation: string | undefined): string {
  return `${organisation ?? ''} ${url}`;
}

/** Asks for addresses (`/api/v1/…`, with their query as the page will write it) of the organisation that was looked at last. */
export function askAhead(urls: readonly string[]): void {
  const organisation = keptOrganisation();
  for (const url of urls) {
    const key = keyOf(url, organisation);
    const response = fetch(url, {
      credentials: 'same-origin',
      headers: headersOf(organisation),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    // the page asks again, and says what is wrong
    response.catch(() => asked.delete(key));
    asked.set(key, response);
    setTimeout(() => letGo(key, response), FRESH_MS);
  }
}

/** What nobody has taken is not read: its connection is free for others. */
function letGo(key: string, response: Promise<Response>): void {
  if (asked.get(key) !== response) return;
  asked.delete(key);
  response.then(
    ({ body }) => void body?.cancel(),
    () => {},
  );
}

/** The answer to a question that was asked ahead; each can be had once, and only while it is fresh. */
export function takeAhead(url: string, organisation: string | undefined): Promise<Response> | undefined {
  const key = keyOf(url, organisation);
  const response = asked.get(key);
  asked.delete(key);
  return response;
}

/** Forgets what nobody has taken: it was for somebody else. */
export function forgetAhead(): void {
  for (const [key, response] of asked) letGo(key, response);
}
