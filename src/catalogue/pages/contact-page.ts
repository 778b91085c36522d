import type { Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { newId } from '#platform';
import { createContactLimit } from './contact-limit.ts';
import { clientOf, isFromThisSite } from './form-origin.ts';
import { blocks } from './markdown.ts';
import { markup } from './markup.ts';
import type { Html, PageContent, SiteParts } from './page.ts';
import { counted } from './phrases.ts';
import { pageRoute, type Show } from './routes.ts';

/** What a visitor wrote, as it came. */
export interface ContactForm {
  readonly name: string;
  readonly email: string;
  readonly text: string;
}

/** What is wrong with it, by field. */
export type ContactFaults = Readonly<Partial<Record<keyof ContactForm, string>>>;

const PATH = '/contact';
const MOST = { name: 100, email: 200, text: 5000 } as const;
const MOST_BODY = 64 * 1024;
/** A field that people do not see; who fills it is a program. */
const TRAP = 'website';
const LEAD = 'A wrong class, a server that is missing, something that does not work: tell us.';
const KEPT = 'Name and address are kept with your message, to answer it, and for nothing else.';
const EMPTY: ContactForm = { name: '', email: '', text: '' };

/** The form, with what was written and what is wrong with it. */
export function contactPage(
  written: ContactForm = EMPTY,
  faults: ContactFaults = {},
  status?: PageContent['status'],
  notice?: string,
): PageContent {
  const count = Object.keys(faults).length;
  const summary = notice ?? (count > 0 ? `Not sent: ${counted(count, 'field')} to correct.` : undefined);
  return {
    path: PATH,
    title: 'Contact',
    description: LEAD,
    ...(status !== undefined && { status, isPrivate: true as const }),
    main: markup`<h1>Contact</h1><p class="lead">${LEAD}</p>
${summary !== undefined && markup`<p class="warn" role="alert">${summary}</p>`}
<form action="${PATH}" method="post" class="form" novalidate>
${field({ name: 'name', label: 'Your name', fault: faults.name, autocomplete: 'name' }, written)}
${field({ name: 'email', label: 'E-mail address', fault: faults.email, autocomplete: 'email' }, written)}
<div class="field"><label for="text">Message</label><textarea id="text" name="text" rows="8" required maxlength="${MOST.text}"${faultMark('text', faults.text)}>${written.text}</textarea>${faultText('text', faults.text)}</div>
<div class="visually-hidden" aria-hidden="true"><label for="${TRAP}">Leave this empty</label><input id="${TRAP}" name="${TRAP}" type="text" tabindex="-1" autocomplete="off"></div>
<p class="muted small">${KEPT}</p>
<button type="submit">Send</button>
</form>`,
    markdown: blocks('# Contact', LEAD, 'Send the form at [/contact](/contact).', KEPT),
    picture: { title: 'Contact', subtitle: LEAD },
  };
}

interface FieldFacts {
  readonly name: 'name' | 'email';
  readonly label: string;
  readonly fault: string | undefined;
  readonly autocomplete: string;
}

function field({ name, label, fault, autocomplete }: FieldFacts, written: ContactForm): Html {
  const type = name === 'email' ? 'email' : 'text';
  return markup`<div class="field"><label for="${name}">${label}</label><input id="${name}" name="${name}" type="${type}" required maxlength="${MOST[name]}" autocomplete="${autocomplete}" value="${written[name]}"${faultMark(name, fault)}>${faultText(name, fault)}</div>`;
}

function faultMark(name: string, fault: string | undefined): Html | false {
  return fault !== undefined && markup` aria-invalid="true" aria-describedby="${name}-fault"`;
}

function faultText(name: string, fault: string | undefined): Html | false {
  return fault !== undefined && markup`<p class="fault" id="${name}-fault">${fault}</p>`;
}

/** The page after a message was taken. */
export function contactSentPage(): PageContent {
  return {
    path: PATH,
    title: 'Message sent',
    description: 'Message sent.',
    isPrivate: true,
    main: markup`<h1>Message sent.</h1><p>Thank you. <a href="/">Back to the catalogue</a></p>`,
    markdown: blocks('# Message sent.'),
  };
}

/** What is wrong with a message; nothing where it can be taken. */
export function faultsOf({ name, email, text }: ContactForm): ContactFaults {
  return {
    ...(name === '' && { name: 'Write your name.' }),
    ...(name.length > MOST.name && { name: `A name may have at most ${MOST.name} characters.` }),
    ...(!/^[^\s@,;<>"]+@[^\s@,;<>"]+\.[^\s@,;<>".]{2,}$/.test(email) && {
      email: email === '' ? 'Write the address that the answer goes to.' : 'This is not an e-mail address.',
    }),
    ...(email.length > MOST.email && { email: `An address may have at most ${MOST.email} characters.` }),
    ...(text === '' && { text: 'Write a message.' }),
    ...(text.length > MOST.text && { text: `A message may have at most ${MOST.text} characters.` }),
  };
}

/** Registers `/contact`: GET gives the form, POST keeps the message. */
export function registerContact(app: Hono, show: Show, parts: SiteParts): void {
  const limit = createContactLimit(parts.now);
  pageRoute(app, show, PATH, () => contactPage());
  const tooLarge = (c: Context): Promise<Response> =>
    show(c, contactPage(EMPTY, { text: `A message may have at most ${MOST.text} characters.` }, 400));
  app.post(PATH, bodyLimit({ maxSize: MOST_BODY, onError: tooLarge }), async (c) => {
    const response = await show(c, await taken(c, parts, limit.take.bind(limit)));
    response.headers.set('cache-control', 'no-store');
    return response;
  });
}

async function taken(
  c: Context,
  { origin, contact, now }: SiteParts,
  take: (client: string) => boolean,
): Promise<PageContent> {
  if (!isFromThisSite(c, origin))
    return contactPage(EMPTY, {}, 400, 'Not sent: the form was not sent from this site.');
  const sent = new URLSearchParams(await c.req.text());
  const written = { name: textOf(sent, 'name'), email: textOf(sent, 'email'), text: textOf(sent, 'text') };
  // a program learns nothing from being told
  if (textOf(sent, TRAP) !== '') return contactSentPage();
  const faults = faultsOf(written);
  if (Object.keys(faults).length > 0) return contactPage(written, faults, 400);
  if (!take(clientOf(c)))
    return contactPage(
      written,
      {},
      429,
      'Not sent: there were too many messages in the last hour. Send it again later.',
    );
  await contact.insert({ id: newId('msg'), at: now(), ...written });
  return contactSentPage();
}

function textOf(sent: URLSearchParams, name: string): string {
  return (sent.get(name) ?? '').replaceAll('\r\n', '\n').replaceAll('\0', '').trim();
}
