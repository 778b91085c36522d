import { describe, expect, it } from 'vitest';
import { kindInAnyRevision, methodFamily, methodKind, mirroredMember, serverMethodKind } from './methods.ts';
import { LEGACY_REVISIONS, MODERN_REVISIONS } from './revisions.ts';

const REVISIONS = [...LEGACY_REVISIONS, ...MODERN_REVISIONS];

describe('methodKind', () => {
  // One letter per revision, oldest first: r request, n notification, - refused.
  it.each([
    ['initialize', 'rrrr-'],
    ['notifications/initialized', 'nnnn-'],
    ['server/discover', '----r'],
    ['ping', 'rrrr-'],
    ['tools/list', 'rrrrr'],
    ['tools/call', 'rrrrr'],
    ['prompts/list', 'rrrrr'],
    ['prompts/get', 'rrrrr'],
    ['resources/list', 'rrrrr'],
    ['resources/templates/list', 'rrrrr'],
    ['resources/read', 'rrrrr'],
    ['completion/complete', 'rrrrr'],
    ['resources/subscribe', 'rrrr-'],
    ['resources/unsubscribe', 'rrrr-'],
    ['subscriptions/listen', '----r'],
    ['logging/setLevel', 'rrrr-'],
    ['tasks/get', '---rr'],
    ['tasks/cancel', '---rr'],
    ['tasks/update', '----r'],
    ['tasks/result', '---r-'],
    ['tasks/list', '---r-'],
    ['notifications/tasks/status', '---n-'],
    ['notifications/cancelled', 'nnnnn'],
    ['notifications/progress', 'nnnn-'],
    ['notifications/roots/list_changed', 'nnnn-'],
    ['sampling/createMessage', '-----'],
    ['skills/list', '-----'],
    ['resources/directory/read', '-----'],
    ['Tools/call', '-----'],
    ['tools/call ', '-----'],
    ['__proto__', '-----'],
    ['constructor', '-----'],
  ])('%s is %s', (method, expected) => {
    expect(REVISIONS.map((revision) => methodKind(revision, method)?.charAt(0) ?? '-').join('')).toBe(
      expected,
    );
  });

  it('knows no method in an unknown revision', () => {
    expect(methodKind('2027-01-01', 'tools/call')).toBeUndefined();
  });
});

describe('serverMethodKind', () => {
  it.each([
    ['ping', 'rrrr-'],
    ['sampling/createMessage', 'rrrr-'],
    ['roots/list', 'rrrr-'],
    ['elicitation/create', '--rr-'],
    ['notifications/tools/list_changed', 'nnnnn'],
    ['notifications/subscriptions/acknowledged', '----n'],
    ['tools/call', '-----'],
  ])('%s is %s', (method, expected) => {
    expect(REVISIONS.map((revision) => serverMethodKind(revision, method)?.charAt(0) ?? '-').join('')).toBe(
      expected,
    );
  });
});

describe('what a method belongs to', () => {
  it.each([
    ['initialize', 'lifecycle', undefined],
    ['tools/call', 'tools', 'name'],
    ['tools/list', 'tools', undefined],
    ['prompts/get', 'prompts', 'name'],
    ['resources/read', 'resources', 'uri'],
    ['resources/subscribe', 'resources', undefined],
    ['completion/complete', 'completion', undefined],
    ['tasks/get', 'tasks', 'taskId'],
    ['tasks/update', 'tasks', 'taskId'],
    ['tasks/cancel', 'tasks', 'taskId'],
    ['tasks/list', 'tasks', undefined],
    ['subscriptions/listen', 'subscriptions', undefined],
    ['logging/setLevel', 'logging', undefined],
    ['notifications/cancelled', 'utilities', undefined],
    ['vendor/x', undefined, undefined],
  ])('%s: family %s, mirrored %s', (method, family, member) => {
    expect(methodFamily(method)).toBe(family);
    expect(mirroredMember(method)).toBe(member);
  });

  it('keeps one kind for a method in both directions', () => {
    expect(kindInAnyRevision('sampling/createMessage')).toBe('request');
    expect(kindInAnyRevision('notifications/message')).toBe('notification');
    expect(kindInAnyRevision('vendor/x')).toBeUndefined();
  });
});
