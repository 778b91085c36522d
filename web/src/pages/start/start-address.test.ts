import { expect, it } from 'vitest';
import { addressOf, slugOf, viewOf } from './start-address.ts';

it('begins at the first step', () => {
  expect(viewOf('', '')).toMatchObject({ step: 'servers', slug: undefined, server: undefined });
});

it('knows the entry of the catalogue, and the tool', () => {
  expect(viewOf('fluentcrm-mcp/fluentcrm-pause-campaign', '')).toMatchObject({
    step: 'servers',
    slug: 'fluentcrm-mcp',
    toolSlug: 'fluentcrm-pause-campaign',
  });
});

it('goes on where somebody was', () => {
  const address = '/start/desk/create-note?server=desk-1&step=grant&policy=main&more=b%2Cc';
  const [path = '', search = ''] = address.slice('/start/'.length).split('?');
  const view = viewOf(path, search);
  expect(view).toMatchObject({ server: 'desk-1', step: 'grant', policy: 'main', more: ['b', 'c'] });
  expect(addressOf(view)).toBe(address);
});

it('does not open a step without what it is about', () => {
  expect(viewOf('', 'step=connect').step).toBe('servers');
  expect(viewOf('', 'server=a&step=connect').step).toBe('grant');
  expect(viewOf('', 'server=a&step=nonsense').step).toBe('tools');
});

it('forgets the steps without a server', () => {
  const view = viewOf('desk', 'server=a&step=policy&policy=main');
  expect(addressOf({ ...view, server: undefined })).toBe('/start/desk');
});

it('makes slugs as the catalogue does', () => {
  expect(slugOf('fluentcrm_pause_campaign')).toBe('fluentcrm-pause-campaign');
  expect(slugOf('__Get.It!')).toBe('get-it');
});
