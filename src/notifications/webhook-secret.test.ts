import { describe, expect, it } from 'vitest';
import { createKeyRing } from '#platform';
import {
  newWebhookSecret,
  openWebhook,
  sealWebhook,
  shownAddress,
  signedHeaders,
  type WebhookSecrets,
} from './webhook-secret.ts';

const keys = createKeyRing(`k1:${Buffer.alloc(32, 7).toString('base64')}`, 'the test');

describe('the signature of a webhook', () => {
  it('is that of the Standard Webhooks specification', () => {
    // the example that the libraries of the specification are tested with
    const secrets = { url: 'https://a.example', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };
    const headers = signedHeaders(
      secrets,
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      '{"test": 2432232314}',
      1614265330_999,
    );
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is made with the secret before, too, until its time is over', () => {
    const one = { url: 'https://a.example', secret: newWebhookSecret() };
    const other = { url: 'https://a.example', secret: newWebhookSecret() };
    const both: WebhookSecrets = { ...one, previous: { secret: other.secret, until: 5000 } };
    const signature = (secrets: WebhookSecrets, now: number): string | undefined =>
      signedHeaders(secrets, 'dlv_1', '{}', now)['webhook-signature'];
    expect(signature(both, 4999)).toBe(`${signature(one, 4999)} ${signature(other, 4999)}`);
    expect(signature(both, 5000)).toBe(signature(one, 5000));
  });
});

describe('the secret of a webhook', () => {
  it('has 256 bits, other ones each time', () => {
    const secrets = new Set(Array.from({ length: 100 }, newWebhookSecret));
    expect(secrets.size).toBe(100);
    for (const secret of secrets) {
      expect(secret).toMatch(/^whsec_/);
      expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
    }
  });

  it('is sealed together with the address, for one webhook', () => {
    const secrets = { url: 'https://hooks.example.com/T1/B2/key', secret: newWebhookSecret() };
    const sealed = sealWebhook(keys, 'hook_1', secrets);
    expect(sealed).not.toContain('hooks.example');
    expect(openWebhook(keys, 'hook_1', sealed)).toEqual(secrets);
    expect(() => openWebhook(keys, 'hook_2', sealed)).toThrow();
  });
});

describe('the address that people see', () => {
  it.each([
    ['https://a.example/toolgate/in', 'toolgate', 'https://a.example/toolgate/in'],
    ['https://a.example:8443', 'toolgate', 'https://a.example:8443/'],
    ['https://a.example/in?token=abc', 'toolgate', 'https://a.example/in?…'],
    ['https://a.example/x/Zm9vYmFyYmF6cXV4cXV1eA/in', 'toolgate', 'https://a.example/x/…/in'],
    ['https://hooks.slack.com/services/T0/B0/abc', 'slack', 'https://hooks.slack.com/…'],
    ['https://me:pw@a.example/in#frag', 'toolgate', 'https://a.example/in'],
  ] as const)('of %s (%s) is %s', (url, format, shown) => {
    expect(shownAddress(url, format)).toBe(shown);
  });
});
