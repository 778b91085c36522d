import { createServer, type AddressInfo, type Server } from 'node:net';
import { generate } from 'selfsigned';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { ToolgateError } from './errors.ts';
import { createMailer, type Mailer } from './mail.ts';

const PASSWORD = 'mail pass/word@1';
const USER = 'gate';
const HELLO = { to: 'ada@example.com', subject: 'Zażółć', text: 'Hello,\n.\nbye — ż' };

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly user: string | undefined;
  readonly isTls: boolean;
}

const servers: (SMTPServer | Server)[] = [];
const mailers: Mailer[] = [];
afterEach(async () => {
  for (const mailer of mailers.splice(0)) mailer.close();
  for (const server of servers.splice(0)) await new Promise<void>((done) => server.close(() => done()));
});

/** A real mail server on the loopback interface; resolves to what it received and where it is. */
async function start(options: SMTPServerOptions = {}): Promise<{ port: number; received: Received[] }> {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    closeTimeout: 100,
    onAuth: ({ username, password }, _, done) =>
      username === USER && password === PASSWORD
        ? done(null, { user: username })
        : done(new Error(`535 wrong: ${String(password)}`)),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString(),
          user: session.user,
          isTls: session.secure,
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return { port: (server.server.address() as AddressInfo).port, received };
}

function mailer(url: string, further: { ca?: string; timeoutMs?: number } = {}): Mailer {
  const made = createMailer({ url, from: 'Toolgate <gate@example.com>', timeoutMs: 2000, ...further });
  mailers.push(made);
  return made;
}

async function failure(work: Promise<unknown>): Promise<ToolgateError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ToolgateError);
  return error as ToolgateError;
}

const CREDENTIALS = `${USER}:${encodeURIComponent(PASSWORD)}`;

describe('a mailer', () => {
  it('hands a message to the mail server', async () => {
    const { port, received } = await start({ disabledCommands: ['STARTTLS'] });
    await mailer(`smtp://127.0.0.1:${port}`).send(HELLO);
    expect(received).toMatchObject([{ from: 'gate@example.com', to: ['ada@example.com'] }]);
    expect(received[0]?.text).toContain('From: Toolgate <gate@example.com>');
  });

  it('logs in with user and password, over TLS', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const { port, received } = await start({ secure: true, key, cert, authOptional: false });
    await mailer(`smtps://${CREDENTIALS}@127.0.0.1:${port}`, { ca: cert }).send(HELLO);
    expect(received).toMatchObject([{ user: USER, isTls: true }]);
    const refused = await failure(mailer(`smtps://${CREDENTIALS}@127.0.0.1:${port}`).send(HELLO));
    expect(refused.code).toBe('mail.failed');
    expect(received).toHaveLength(1);
  });

  it('says of a refused login where it was, and neither password nor what the server said', async () => {
    const { port } = await start({
      disabledCommands: ['STARTTLS'],
      authOptional: false,
      allowInsecureAuth: true,
    });
    const error = await failure(mailer(`smtp://${USER}:not-the-pass@127.0.0.1:${port}`).send(HELLO));
    expect(error.message).toBe(`The mail server 127.0.0.1:${port} did not take the message (EAUTH, 535).`);
    expect(JSON.stringify([error.message, error.hint, String(error.cause), error.stack])).not.toContain(
      'not-the-pass',
    );
  });

  it('sends nothing without TLS, except to this machine', async () => {
    const { port, received } = await start({ disabledCommands: ['STARTTLS'] });
    const error = await failure(mailer(`smtp://127.1:${port}`).send(HELLO)); // no name of this machine that we know
    expect(error.message).toContain('(ETLS');
    expect(received).toEqual([]);
  });

  it('gives up on a server that is away, or says nothing', async () => {
    const silent = createServer(() => undefined);
    servers.push(silent);
    await new Promise<void>((ready) => silent.listen(0, '127.0.0.1', ready));
    const { port } = silent.address() as AddressInfo;
    const error = await failure(mailer(`smtp://127.0.0.1:${port}`, { timeoutMs: 200 }).send(HELLO));
    expect(error.message).toContain('ETIMEDOUT');
    for (const one of mailers.splice(0)) one.close();
    await new Promise<void>((done) => silent.close(() => done()));
    servers.pop();
    expect((await failure(mailer(`smtp://127.0.0.1:${port}`).send(HELLO))).message).toContain('ESOCKET');
  });

  it('sends to the one address that it is given, whatever stands in it', async () => {
    const { port, received } = await start({ disabledCommands: ['STARTTLS'] });
    const hostile = [
      'a@example.com, b@example.com',
      'a@example.com\r\nBcc: b@example.com',
      'x <b@example.com>',
    ];
    const gate = mailer(`smtp://127.0.0.1:${port}`);
    for (const to of hostile) expect((await failure(gate.send({ ...HELLO, to }))).code).toBe('mail.failed');
    expect(received).toEqual([]);
    await gate.send({ ...HELLO, subject: 'x\r\nBcc: c@example.com' });
    expect(received.map(({ to }) => to)).toEqual([['ada@example.com']]);
    expect(received[0]?.text).not.toMatch(/^Bcc:/im);
  });

  it.each(['', 'http://mail.example.com', 'smtp://', 'mail.example.com:587', `smtp://u:p%@host secret`])(
    'refuses the URL %j without repeating it',
    (url) => {
      const make = (): Mailer => createMailer({ url, from: 'gate@example.com' });
      expect(make).toThrow(expect.objectContaining({ code: 'mail.invalid' }));
      if (url !== '') expect(make).not.toThrow(url);
    },
  );
});
