import { describe, expect, it } from 'vitest';
import { readTraceparent, writeTraceparent } from './trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a traceparent', () => {
  it.each([
    ['sampled', `00-${TRACE}-${SPAN}-01`, 1],
    ['not sampled', `00-${TRACE}-${SPAN}-00`, 0],
    ['with flags of tomorrow', `00-${TRACE}-${SPAN}-03`, 1],
    ['of a later version that says more', `01-${TRACE}-${SPAN}-01-more`, 1],
  ])('%s is read', (_, text, traceFlags) => {
    expect(readTraceparent(text)).toEqual({ traceId: TRACE, spanId: SPAN, traceFlags, isRemote: true });
  });

  it.each([
    ['of the forbidden version', `ff-${TRACE}-${SPAN}-01`],
    ['without a trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['without a span', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['in upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['of version 0 that says more', `00-${TRACE}-${SPAN}-01-more`],
    ['cut short', `00-${TRACE}-${SPAN}`],
    ['with white space', ` 00-${TRACE}-${SPAN}-01`],
    ['that is no text', 7],
    ['that is absent', undefined],
  ])('%s is none', (_, value) => {
    expect(readTraceparent(value)).toBeUndefined();
  });

  it('is written as it is read', () => {
    for (const text of [`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-00`]) {
      const context = readTraceparent(text);
      expect(context && writeTraceparent(context)).toBe(text);
    }
  });
});
