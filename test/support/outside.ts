import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** What a gateway sends out: to people by mail, and to programs by HTTP. */
export interface Mailbox {
  /** With user and password, as a configuration has it. */
  readonly url: string;
  readonly mails: { readonly subject: string; readonly raw: string; readonly text: string }[];
  /** How often it refused a login. */
  refused(): number;
  close(): Promise<void>;
}

export interface Receiver {
  readonly origin: string;
  readonly received: {
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }[];
  close(): Promise<void>;
}

/** A mail server that wants a password. The first time it refuses, and says which one it was given. */
export async function startMailbox(password: string): Promise<Mailbox> {
  const mails: Mailbox['mails'] = [];
  let logins = 0;
  let refused = 0;
  const server = new SMTPServer({
    allowInsecureAuth: true,
    closeTimeout: 100,
    onAuth(given, _, done) {
      if (logins++ > 0 && given.password === password) return done(null, { user: given.username });
      refused++;
      done(new Error(`535 not with ${String(given.username)} and ${String(given.password)}`));
    },
    onData(stream, _, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString();
        const [, subject = ''] = /^Subject: (.*)$/m.exec(raw) ?? [];
        mails.push({ subject: subject.trim(), raw, text: unquoted(raw) });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://gate:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    mails,
    refused: () => refused,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A mail whose lines were broken and whose odd characters were written as numbers. */
function unquoted(raw: string): string {
  return raw
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Takes whatever is posted. The first requests to each path, one unless told, are refused, with an answer that quotes them. */
export async function startReceiver(refusal = 500, refusals = 1): Promise<Receiver> {
  const received: Receiver['received'] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { url: path = '/', headers } = request;
      const isRefused = received.filter((one) => one.path === path).length < refusals;
      received.push({ path, headers, body });
      response.writeHead(isRefused ? refusal : 204, { 'x-quoted': path });
      response.end(isRefused ? JSON.stringify({ path, headers }) : undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
