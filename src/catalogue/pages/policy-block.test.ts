import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeFigure, policyBlock, policyText } from './policy-block.ts';

describe('a policy on a page', () => {
  it('stands with its effect as a sentence, and can be copied by its id', () => {
    const html = policyBlock(
      { version: '1', default: 'deny' },
      { id: 'policy', label: 'policy.json', effect: '`x` is allowed' },
    ).toString();
    expect(html).toContain('data-copy="policy"');
    expect(html).toContain('<pre id="policy"');
    expect(html).toContain('<strong>Effect:</strong> <code><bdi>x</bdi></code> is allowed.');
  });

  it('writes unseen characters as escapes of JSON, so that what is pasted is what is seen', () => {
    expect(policyText({ hide: ['a\u202Eb', 'c\u{E0041}d'] })).toContain(String.raw`"a\u202eb",`);
  });

  it('is the same document when it is read again, whatever a name holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (name) => {
        const policy = { version: '1', default: 'deny', hide: [name] };
        expect(JSON.parse(policyText(policy))).toEqual(policy);
      }),
    );
  });

  it('has a button that is not there without a script', () => {
    expect(codeFigure('x', { id: 'a', label: 'terminal' }).toString()).toMatch(/<button[^>]* hidden>/);
  });
});
