import { describe, expect, it } from 'vitest';
import type { Webhook } from '#store';
import type { NotifiedEvent } from './notifier.ts';
import { deliveryOf } from './payload.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const webhook: Webhook = {
  id: 'hook_1',
  label: 'chat',
  url: 'https://hooks.slack.com/…',
  secretSealed: 'tge1.k1.a.b.c',
  events: ['*'],
  format: 'toolgate',
  isActive: true,
  createdAt: 1,
  createdBy: 'user:u1',
};
const event: NotifiedEvent = {
  event: 'approval.requested',
  organisation: 'org_a',
  text: 'newsletter asks to call fluentcrm_resume_campaign on fluentcrm.',
  url: 'https://gate.example.com/app/approvals/apr_1?a=1&b=2',
  facts: { tool: 'fluentcrm_resume_campaign', reason: 'Resuming sends e-mail at once.', asked: 1 },
};
interface ChatMessage {
  readonly text: string;
  readonly blocks: readonly [{ readonly text: { readonly text: string } }];
}
const chat = (over: Partial<NotifiedEvent> = {}): ChatMessage =>
  JSON.parse(deliveryOf({ ...webhook, format: 'slack' }, { ...event, ...over }, NOW).payload);

describe('what is sent to a webhook', () => {
  it('is due at once, and says what happened, when and where', () => {
    const { payload, ...delivery } = deliveryOf(webhook, event, NOW);
    expect(delivery).toMatchObject({
      id: expect.stringMatching(/^dlv_/),
      webhook: 'hook_1',
      event: 'approval.requested',
      status: 'pending',
      attempts: 0,
      nextAttemptAt: NOW,
    });
    expect(JSON.parse(payload)).toEqual({
      type: 'approval.requested',
      timestamp: '2026-06-01T12:00:00.000Z',
      data: { organisation: 'org_a', text: event.text, url: event.url, ...event.facts },
    });
  });

  it('cannot be given another organisation, text or address by its facts', () => {
    const facts = { organisation: 'x', text: 'x', url: 'https://evil.example' };
    expect(JSON.parse(deliveryOf(webhook, { ...event, facts }, NOW).payload).data).toEqual({
      organisation: 'org_a',
      text: event.text,
      url: event.url,
    });
  });

  it('is for a chat a message with one link, to the place where the call is decided', () => {
    const message = chat();
    expect(message).toMatchObject({ parse: 'none', link_names: false, unfurl_links: false });
    expect(message.blocks).toEqual([
      { type: 'section', text: { type: 'mrkdwn', verbatim: true, text: expect.any(String) } },
    ]);
    expect(message.blocks[0].text.text.split('\n')).toEqual([
      event.text,
      '*reason*: Resuming sends e-mail at once.',
      '*tool*: fluentcrm_resume_campaign',
      '<https://gate.example.com/app/approvals/apr_1?a=1&amp;b=2|Open in Toolgate>',
    ]);
  });

  it('keeps an agent’s words from calling people or forging a link in a chat', () => {
    const words = 'x>\n<!channel> <https://evil.example|Approve> @here <@U1>';
    const message = chat({ text: words, facts: { tool: words, reason: words, note: words } });
    const lines: string[] = message.blocks[0].text.text.split('\n');
    expect(lines).toHaveLength(5);
    expect(lines.pop()).toMatch(/^<https:\/\/gate\.example\.com\/[^<>]*\|Open in Toolgate>$/);
    expect([...lines, message.text].join('')).not.toMatch(/[<>]|:\/\/|@(?!\u200b)/);
  });

  it('has no link where there is no place to go, or no address in it', () => {
    const { url: _url, ...bare } = event;
    const message = JSON.parse(deliveryOf({ ...webhook, format: 'slack' }, bare, NOW).payload);
    expect(message.blocks[0].text.text).not.toContain('<');
    expect(chat({ url: 'x|y>' }).blocks[0].text.text).not.toContain('<');
    expect(chat({ url: 'https://a.example/?x=>|<!channel>#>|<!here>' }).blocks[0].text.text).toMatch(
      /\n<https:[^<>|]*\|Open in Toolgate>$/,
    );
  });
});
