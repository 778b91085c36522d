import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from './message.ts';
import { META_KEYS } from './revisions.ts';
import { callableTasks, isTaskResult, renameTasks, taskOnlyTools } from './task-shapes.ts';

/** Only the tasks `a` and `b` may be named. */
const rename = (id: string): string | undefined => (id === 'a' ? 'A' : id === 'b' ? 'B' : undefined);
const related = (taskId: Json): JsonObject => ({ [META_KEYS.relatedTask]: { taskId } });
const state = (taskId: string): JsonObject => ({ taskId, status: 'working' });
const result = (value: JsonObject): JsonObject => ({ jsonrpc: '2.0', id: 1, result: value });
const notification = (method: string, params: JsonObject): JsonObject => ({ jsonrpc: '2.0', method, params });

describe('the tasks in a message of a server', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['a new one', result({ task: state('a') }), result({ task: state('A') })],
    [
      'a new one of 2026-07-28',
      result({ resultType: 'task', ...state('a') }),
      result({ resultType: 'task', ...state('A') }),
    ],
    ['the state of one', result(state('b')), result(state('B'))],
    [
      'a list',
      result({ tasks: [state('a'), state('x'), state('b'), { name: 'no task' }] }),
      result({ tasks: [state('A'), state('B'), { name: 'no task' }] }),
    ],
    [
      'a related one',
      result({ content: [], _meta: related('a') }),
      result({ content: [], _meta: related('A') }),
    ],
    [
      'one in the result of a finished one',
      result({ ...state('a'), result: { content: [], _meta: related('a') } }),
      result({ ...state('A'), result: { content: [], _meta: related('A') } }),
    ],
    [
      'one in what a waiting one asks',
      result({
        ...state('a'),
        inputRequests: { q: { method: 'elicitation/create', params: { _meta: related('a') } } },
      }),
      result({
        ...state('A'),
        inputRequests: { q: { method: 'elicitation/create', params: { _meta: related('A') } } },
      }),
    ],
    [
      'news',
      notification('notifications/tasks/status', state('a')),
      notification('notifications/tasks/status', state('A')),
    ],
    [
      'news of 2026-07-28',
      notification('notifications/tasks', state('a')),
      notification('notifications/tasks', state('A')),
    ],
    [
      'those listened to',
      notification('notifications/subscriptions/acknowledged', { notifications: { taskIds: ['a', 'x', 1] } }),
      notification('notifications/subscriptions/acknowledged', { notifications: { taskIds: ['A'] } }),
    ],
    [
      'the one that a question belongs to',
      { ...notification('elicitation/create', { message: '?', _meta: related('a') }), id: 3 },
      { ...notification('elicitation/create', { message: '?', _meta: related('A') }), id: 3 },
    ],
  ])('are renamed: %s', (_, message, renamed) => {
    expect(renameTasks(message, rename)).toEqual(renamed);
  });

  it.each<[string, JsonObject]>([
    ['a new one', result({ task: state('x') })],
    ['a new one without an id', result({ resultType: 'task' })],
    ['a new one with an id that is no text', result({ resultType: 'task', taskId: 1, status: 'working' })],
    ['a state', result(state('x'))],
    ['news', notification('notifications/tasks/status', state('x'))],
    ['news without an id', notification('notifications/tasks', { status: 'working' })],
  ])('that may not be named make the message none: %s', (_, message) => {
    expect(renameTasks(message, rename)).toBeUndefined();
  });

  it.each<[string, Json]>([
    ['another', 'x'],
    ['a number', 1],
    ['nothing', null],
  ])('a mention of what may not be named is taken out: %s', (_, taskId) => {
    const message = result({ content: [], _meta: { ...related(taskId), kept: 1 } });
    expect(renameTasks(message, rename)).toEqual(result({ content: [], _meta: { kept: 1 } }));
  });

  it.each<[string, JsonObject]>([
    [
      'a plain result',
      result({ content: [{ type: 'text', text: 'a' }], structuredContent: { taskId: 'a' } }),
    ],
    ['an error', { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'a' } }],
    ['a notification', notification('notifications/progress', { progress: 1, _meta: {} })],
    ['a notification without parameters', { jsonrpc: '2.0', method: 'notifications/tools/list_changed' }],
  ])('there are none in %s: the same object', (_, message) => {
    expect(renameTasks(message, rename)).toBe(message);
  });
});

it('a result is a task in the form of its era alone', () => {
  expect(isTaskResult({ task: state('a') }, 'legacy')).toBe(true);
  expect(isTaskResult({ task: state('a') }, 'modern')).toBe(false);
  expect(isTaskResult({ resultType: 'task' }, 'modern')).toBe(true);
  expect(isTaskResult({ resultType: 'task' }, 'legacy')).toBe(false);
  expect(isTaskResult({ task: { taskId: 1 } }, 'legacy')).toBe(false);
});

it('tools that are callable as a task alone are told by what they require', () => {
  const tool = (name: string, taskSupport: Json): JsonObject => ({ name, execution: { taskSupport } });
  const tools = [
    tool('a', 'required'),
    tool('b', 'optional'),
    tool('c', 'forbidden'),
    { name: 'd' },
    'e',
    null,
  ];
  expect([...taskOnlyTools(tools)]).toEqual(['a']);
});

it.each<[Json | undefined, JsonObject | undefined]>([
  [
    { list: {}, cancel: {}, requests: { tools: { call: {}, other: {} }, sampling: {} } },
    { cancel: {}, requests: { tools: { call: {} } } },
  ],
  [{ requests: { tools: { call: {} } } }, { requests: { tools: { call: {} } } }],
  [{ list: {}, cancel: {} }, undefined],
  [{ requests: { tools: {} } }, undefined],
  [true, undefined],
  [undefined, undefined],
])('of the capability %j is left %j', (capability, left) => {
  expect(callableTasks(capability)).toEqual(left);
});
