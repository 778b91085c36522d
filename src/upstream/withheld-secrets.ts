import type { AnswerSink, Upstream } from './upstream.ts';

/** Names whose values are secrets. The value of any other may be a part of honest answers: an address, a tenant. */
const SECRET_NAME =
  /(?:^|[-_])(?:auth|key)(?:$|[-_])|authori[sz]ation|apikey|cookie|credential|passw|secret|token/i;
const SCHEME = /^(basic|bearer|key|token)\s+(\S.*)$/i;
/** Anything shorter can be a word that stands in answers by chance: "password", "changeme". */
const MIN_CHARS = 12;
const WITHHELD = '[withheld by the gateway]';

/** A header, a variable or an option. */
export type NamedValue = readonly [name: string, value: string];

/** The secrets among what a server is told; of `Bearer …` and `Basic …` what follows, and the password in the latter. */
export function secretsAmong(told: readonly NamedValue[]): readonly string[] {
  return told
    .filter(([name]) => SECRET_NAME.test(name))
    .flatMap(([, value]) => partsOf(value))
    .filter((secret) => secret.length >= MIN_CHARS);
}

function partsOf(value: string): readonly string[] {
  const [, scheme = '', rest] = SCHEME.exec(value) ?? [];
  if (rest === undefined) return [value];
  if (scheme.toLowerCase() !== 'basic') return [rest];
  const login = Buffer.from(rest, 'base64').toString('utf8');
  return [rest, login.slice(login.indexOf(':') + 1)];
}

/**
 * A server that was told secrets and may say them again, in an error that quotes what it was sent, say: agents read them in none of its
 * answers. `secretsNow` gives those that it knows by now. What holds none is passed on as it came.
 */
export function withholdSecrets(inner: Upstream, secretsNow: () => readonly string[]): Upstream {
  return {
    serverId: inner.serverId,
    tools: () => inner.tools(),
    knownTools: () => inner.knownTools(),
    lastAsked: () => inner.lastAsked(),
    learn: (definitions) => inner.learn(definitions),
    refreshSoon: () => inner.refreshSoon(),
    onToolsChanged: (listener) => inner.onToolsChanged(listener),
    exchange: (request, sink) => inner.exchange(request, withholding(sink, secretsNow)),
    close: () => inner.close(),
  };
}

function withholding(sink: AnswerSink, secretsNow: () => readonly string[]): AnswerSink {
  return {
    onAnswer: (head, body) => sink.onAnswer(head, bytesWithout(body, secretsNow())),
    onStream: (head) => sink.onStream(head),
    onEvent: (event) => {
      const data = textWithout(event.data, secretsNow());
      sink.onEvent(data === event.data ? event : { ...event, data });
    },
    onEnd: () => sink.onEnd(),
    onFailure: (failure) => sink.onFailure(failure),
  };
}

function bytesWithout(body: Uint8Array, secrets: readonly string[]): Uint8Array {
  if (body.length === 0 || secrets.length === 0) return body;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!writtenForms(secrets).some((form) => bytes.includes(form))) return body;
  return Buffer.from(textWithout(bytes.toString('utf8'), secrets));
}

function textWithout(text: string, secrets: readonly string[]): string {
  for (const form of writtenForms(secrets)) if (text.includes(form)) text = text.replaceAll(form, WITHHELD);
  return text;
}

/** Secrets as they look in JSON, and in JSON that is quoted in one; the longest first, since one may be the beginning of another. */
function writtenForms(secrets: readonly string[]): readonly string[] {
  const forms = secrets.flatMap((secret) => {
    const once = JSON.stringify(secret).slice(1, -1);
    return once === secret ? [secret] : [once, JSON.stringify(once).slice(1, -1), secret];
  });
  return forms.toSorted((a, b) => b.length - a.length);
}
