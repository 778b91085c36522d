import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openTask, RecentTasks, sealTask } from './task-id.ts';

const key = new Uint8Array(32).fill(1);
const owner = { grantId: 'grant-1', serverId: 'shop' };

describe('the id of a task', () => {
  it('opens to the task and its tool, and is the same each time', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.string({ maxLength: 128 }), (id, tool) => {
        const handle = sealTask(id, tool, owner, key);
        expect(handle?.sealed).toMatch(/^tgt1\.[\w.-]+$/);
        expect(openTask(handle?.sealed, owner, key)).toEqual(handle);
        expect(sealTask(id, tool, owner, key)).toEqual(handle);
      }),
    );
  });

  it.each([
    ['another grant', { ...owner, grantId: 'grant-2' }, key],
    ['another server', { ...owner, serverId: 'other' }, key],
    ['another key', owner, new Uint8Array(32).fill(2)],
  ])('does not open for %s', (_, other, otherKey) => {
    const sealed = sealTask('task-1', 'brew', owner, key)?.sealed;
    expect(openTask(sealed, other, otherKey)).toBeUndefined();
  });

  it('that was made up, is no text, or is a handle of another kind does not open', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(openTask(value, owner, key)).toBeUndefined();
      }),
    );
    const sealed = sealTask('task-1', 'brew', owner, key)?.sealed ?? '';
    expect(openTask(sealed.replace('tgt1', 'tgs1'), owner, key)).toBeUndefined();
    expect(openTask(`${sealed}.`, owner, key)).toBeUndefined();
  });

  it('that is too long for a header is not handed out', () => {
    expect(sealTask('x'.repeat(2_049), 'brew', owner, key)).toBeUndefined();
  });
});

describe('recent tasks', () => {
  it('are found by their owner alone, and the oldest are forgotten', () => {
    const recent = new RecentTasks(2);
    const handles = ['a', 'b', 'c'].map((id) => sealTask(id, 'brew', owner, key));
    for (const handle of handles.slice(0, 2)) if (handle) recent.keep(handle, owner);
    if (handles[0]) recent.keep(handles[0], owner); // named again: now the younger one
    if (handles[2]) recent.keep(handles[2], owner);
    expect(recent.find('a', owner)).toEqual(handles[0]);
    expect(recent.find('b', owner)).toBeUndefined();
    expect(recent.find('c', owner)).toEqual(handles[2]);
    expect(recent.find('a', { ...owner, grantId: 'grant-2' })).toBeUndefined();
  });
});
