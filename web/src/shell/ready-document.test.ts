import { describe, expect, it } from 'vitest';
import { documentIsReady } from './ready-document.ts';

class Sheet extends EventTarget {
  sheet: object | null = null;
  arrive(): void {
    this.sheet = {};
    this.dispatchEvent(new Event('load'));
  }
}

/** A document on its way, as a browser tells of it. */
class ComingDocument extends EventTarget {
  readyState = 'loading';
  readonly defaultView = new EventTarget();
  readonly sheets: Sheet[] = [];
  querySelectorAll = (): readonly Sheet[] => this.sheets;
  parsed(): void {
    this.readyState = 'interactive';
    this.dispatchEvent(new Event('DOMContentLoaded'));
  }
  loaded(): void {
    this.readyState = 'complete';
    this.defaultView.dispatchEvent(new Event('load'));
  }
}

function waitFor(coming: ComingDocument) {
  const state = { isReady: false };
  const ready = documentIsReady(coming as unknown as Document).then(() => (state.isReady = true));
  return { state, ready };
}
const turn = (): Promise<unknown> => new Promise((done) => setImmediate(done));

describe('a document', () => {
  it('is ready when it is parsed and all its style sheets are there', async () => {
    const coming = new ComingDocument();
    const [first, second] = [new Sheet(), new Sheet()];
    const { state, ready } = waitFor(coming);
    coming.sheets.push(first, second);
    coming.parsed();
    first.arrive();
    await turn();
    expect(state.isReady).toBe(false);
    second.arrive();
    await ready;
  });

  it('is ready at once where the sheets came before it was asked', async () => {
    const coming = new ComingDocument();
    const sheet = new Sheet();
    sheet.arrive();
    coming.sheets.push(sheet);
    coming.parsed();
    await waitFor(coming).ready;
  });

  it('waits for no sheet that has failed, before it was asked or after', async () => {
    const coming = new ComingDocument();
    coming.sheets.push(new Sheet());
    coming.parsed();
    const { state, ready } = waitFor(coming);
    await turn();
    expect(state.isReady).toBe(false);
    coming.loaded();
    await ready;
    await waitFor(coming).ready;
  });
});
