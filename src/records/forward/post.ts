const TIME_LIMIT_MS = 30_000;

/** What came of one delivery: the status of the answer, or why there is none. Never names the address, which may hold a key. */
export type Posted = { readonly status: number } | { readonly error: string };

/** Posts one body. Never rejects. */
export type ForwardPost = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
) => Promise<Posted>;

/** Posts to an address of the operator's choice: half a minute, no redirect (it would carry the headers elsewhere). */
export const postForward: ForwardPost = async (url, headers, body, signal) => {
  const inTime = AbortSignal.timeout(TIME_LIMIT_MS);
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, inTime]),
    });
    await answer.body?.cancel();
    return { status: answer.status };
  } catch (error) {
    if (inTime.aborted) return { error: `no answer within ${TIME_LIMIT_MS / 1000} s` };
    const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined;
    return { error: typeof cause?.code === 'string' ? `no connection (${cause.code})` : 'no connection' };
  }
};
