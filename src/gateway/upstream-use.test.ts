import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UpstreamUse } from './upstream-use.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('an upstream that was replaced', () => {
  it('is closed soon when nothing is under way', () => {
    const close = vi.fn();
    new UpstreamUse().retire(close);
    expect(close).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_000);
    expect(close).toHaveBeenCalledOnce();
  });

  it('is closed after the last call, those included that begin a moment later', () => {
    const close = vi.fn();
    const use = new UpstreamUse();
    use.begin();
    use.retire(close);
    use.begin();
    vi.advanceTimersByTime(60_000);
    use.end();
    expect(close).not.toHaveBeenCalled();
    use.end();
    expect(close).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(3_600_000);
    expect(close).toHaveBeenCalledOnce();
  });

  it('does not wait for ever', () => {
    const close = vi.fn();
    const use = new UpstreamUse();
    use.begin();
    use.retire(close);
    vi.advanceTimersByTime(10 * 60_000);
    expect(close).toHaveBeenCalledOnce();
    use.end();
    expect(close).toHaveBeenCalledOnce();
  });
});
