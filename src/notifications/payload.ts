import { newId } from '#platform';
import type { Delivery, Webhook } from '#store';
import { chatText, plainFacts, plainLine } from './inert-text.ts';
import type { NotifiedEvent } from './notifier.ts';

/** Facts that a chat message shows, in this order. */
const SHOWN_FACTS = ['reason', 'tool', 'server', 'grant', 'policy', 'rule', 'expiresAt', 'decidedBy', 'note'];

/** What is to be sent to one webhook about an event; due at once. `now` in milliseconds. */
export function deliveryOf(webhook: Webhook, event: NotifiedEvent, now: number): Delivery {
  const body = webhook.format === 'slack' ? chatMessage(event) : eventMessage(event, now);
  return {
    id: newId('dlv', now),
    webhook: webhook.id,
    event: event.event,
    payload: JSON.stringify(body),
    status: 'pending',
    attempts: 0,
    nextAttemptAt: now,
    lastStatus: undefined,
    lastError: undefined,
    createdAt: now,
    deliveredAt: undefined,
  };
}

/** The shape that Standard Webhooks advises. */
function eventMessage(event: NotifiedEvent, now: number): object {
  return {
    type: event.event,
    timestamp: new Date(now).toISOString(),
    data: {
      ...plainFacts(event.facts),
      organisation: event.organisation,
      text: plainLine(event.text),
      ...(event.url !== undefined && { url: event.url }),
    },
  };
}

/** For an incoming webhook of Slack, and of chats that take its messages. */
function chatMessage(event: NotifiedEvent): object {
  const text = chatText(event.text);
  const facts = SHOWN_FACTS.flatMap((name) => {
    const value = event.facts[name];
    return typeof value === 'string' && value !== '' ? [`*${name}*: ${chatText(value)}`] : [];
  });
  const lines = [text, ...facts, ...linkTo(event.url)];
  return {
    text,
    link_names: false,
    parse: 'none',
    unfurl_links: false,
    blocks: [{ type: 'section', text: { type: 'mrkdwn', verbatim: true, text: lines.join('\n') } }],
  };
}

function linkTo(url: string | undefined): string[] {
  if (url === undefined || !URL.canParse(url)) return [];
  // as the URL parser writes it there is no `<`, `>` or `|` in it that could end the link, save in the fragment and query
  const target = new URL(url).href.replaceAll(/[<>|]/g, encodeURIComponent).replaceAll('&', '&amp;');
  return [`<${target}|Open in Toolgate>`];
}
