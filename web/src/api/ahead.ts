/** What a page asks first, asked while its code is still on the way. The first script holds this: it must stay small. */

const KEPT_ORGANISATION = 'toolgate-organisation';
/** So long an answer counts as one of now; as long as what was read counts as fresh. */
const FRESH_MS = 5_000;

interface Asked {
  readonly response: Promise<Response>;
  /** When the answer was there, by the clock of the page; undefined while it is not. */
  readonly arrived: () => number | undefined;
}

/** How long an answer may take before the page says that the gateway does not answer. */
export const PATIENCE_MS = 30_000;

const asked = new Map<string, Asked>();

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
    let arrived: number | undefined;
    const response = fetch(url, {
      credentials: 'same-origin',
      headers: headersOf(organisation),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    response.then(
      () => (arrived = performance.now()),
      // the page asks again, and says what is wrong
      () => asked.delete(keyOf(url, organisation)),
    );
    asked.set(keyOf(url, organisation), { response, arrived: () => arrived });
  }
}

/** The answer to a question that was asked ahead; each can be had once, and only while it is fresh. */
export function takeAhead(url: string, organisation: string | undefined): Promise<Response> | undefined {
  const key = keyOf(url, organisation);
  const found = asked.get(key);
  asked.delete(key);
  const arrived = found?.arrived();
  return arrived !== undefined && performance.now() - arrived > FRESH_MS ? undefined : found?.response;
}

/** Forgets what nobody has taken: it was for somebody else. */
export function forgetAhead(): void {
  asked.clear();
}
