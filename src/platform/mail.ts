import type { Transporter } from 'nodemailer';
import { ToolgateError } from './errors.ts';

/** A message of plain text to one person. */
export interface Mail {
  /** One address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Mailer {
  /** Resolves when the mail server took the message. Throws `mail.failed`, which says where and how, and never with which password. */
  send(mail: Mail): Promise<void>;
  /** Lets go of the connections that are open. */
  close(): void;
}

export interface MailerOptions {
  /**
   * `smtps://…` (TLS from the beginning) or `smtp://…` (STARTTLS, without which nothing is sent, except to this machine), with user and
   * password where the server wants them, percent-encoded.
   */
  readonly url: string;
  /** Sender: an address, or `Name <address>`. */
  readonly from: string;
  /** Milliseconds that the server has for each step. */
  readonly timeoutMs?: number;
  /** Further certificate authorities to trust, in PEM. */
  readonly ca?: string;
}

const TIMEOUT_MS = 15_000;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/** Sends mail through an SMTP server. Throws `mail.invalid` for a URL that is none; connects when the first message is sent. */
export function createMailer({ url, from, timeoutMs = TIMEOUT_MS, ca }: MailerOptions): Mailer {
  const server = readUrl(url);
  const where = `${server.hostname}:${server.port}`;
  let opened: Promise<Transporter> | undefined;
  const open = async (): Promise<Transporter> => {
    // Loaded with the first message: most gateways send none.
    const { createTransport } = await import('nodemailer');
    return createTransport(
      {
        host: server.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: server.port,
        secure: server.isTls,
        requireTLS: !server.isTls && !server.isLocal,
        ignoreTLS: !server.isTls && server.isLocal,
        ...(server.user !== '' && { auth: { user: server.user, pass: server.password } }),
        connectionTimeout: timeoutMs,
        greetingTimeout: timeoutMs,
        socketTimeout: timeoutMs,
        dnsTimeout: timeoutMs,
        tls: { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) },
        disableFileAccess: true,
        disableUrlAccess: true,
        logger: false,
      },
      { from },
    );
  };
  return {
    async send({ to, subject, text }) {
      try {
        const transport = await (opened ??= open());
        await transport.sendMail({ to: { name: '', address: to }, subject, text });
      } catch (error) {
        throw failure(error, where);
      }
    },
    close: () => void opened?.then((transport) => transport.close()),
  };
}

interface MailServer {
  readonly hostname: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly isLocal: boolean;
  readonly user: string;
  readonly password: string;
}

function readUrl(text: string): MailServer {
  try {
    const { protocol, hostname, port, username, password } = new URL(text);
    const isTls = protocol === 'smtps:';
    if ((isTls || protocol === 'smtp:') && hostname !== '') {
      return {
        hostname,
        port: port === '' ? (isTls ? 465 : 587) : Number(port),
        isTls,
        isLocal: LOOPBACK.test(hostname),
        user: decodeURIComponent(username),
        password: decodeURIComponent(password),
      };
    }
  } catch {
    // told below, without the text: it may hold a password
  }
  throw new ToolgateError('mail.invalid', 'The URL of the mail server is none.', {
    hint: 'Write smtp://user:password@host:587 or smtps://user:password@host:465, special characters percent-encoded.',
  });
}

/** Only codes: the words of a server, or of the library, may repeat what was sent. */
function failure(error: unknown, where: string): ToolgateError {
  const { code, responseCode } = (error ?? {}) as { code?: unknown; responseCode?: unknown };
  const facts = [code, responseCode].filter((fact) => typeof fact === 'string' || typeof fact === 'number');
  const how = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  return new ToolgateError('mail.failed', `The mail server ${where} did not take the message${how}.`, {
    hint: 'Check address, user and password of `mail.url`, and that the server offers TLS.',
  });
}
