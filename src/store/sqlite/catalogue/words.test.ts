import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameKey, textOf, tokensOf, wordsOf } from './words.ts';

const tokens = (text: string): readonly string[] => wordsOf(text).flatMap(tokensOf);

describe('wordsOf', () => {
  it.each([
    ['pause_campaign', ['pause', 'campaign']],
    ['Pause-Campaign.v2', ['pause', 'campaign', 'v2']],
    ['getUserByID', ['getuserbyid', 'get', 'user', 'by', 'id']],
    ['HTTPServer', ['httpserver', 'http', 'server']],
    ['deletes tags', ['deletes', 'delete', 'tags', 'tag']],
    ['searches boxes queries', ['searches', 'search', 'boxes', 'box', 'queries', 'query']],
    ['status access gas', ['status', 'access', 'gas']],
    ['S3Bucket', ['s3bucket', 's3', 'bucket']],
    ['Zażółć Gęślą', ['zazolc', 'gesla']],
    ['Straße Œuvre Þór', ['strasse', 'oeuvre', 'thor']],
    ['İstanbul ışık', ['istanbul', 'isik']],
    ['ещё йод', ['еще', 'иод']],
    ['ＦＵＬＬ ﬁle', ['full', 'file']],
    ['删除文件', ['删除', '除文', '文件', '件']],
    ['删', ['删']],
    ['使用API删除', ['使用', '用', 'api', '删除', '除']],
    ['캠페인을', ['캠페', '페인', '인을', '을']],
    ['ガギ', ['ガギ', 'ギ']],
    ['!"§ _-', []],
  ])('takes %j apart', (text, expected) => {
    expect(tokens(text)).toEqual(expected);
  });

  it('gives whole characters of bounded length for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        for (const token of tokens(text)) {
          expect(token).toMatch(/^[\p{L}\p{N}\p{M}]+$/u);
          expect(token.length).toBeLessThanOrEqual(40);
        }
        expect(nameKey(wordsOf(text)).length).toBeLessThanOrEqual(80);
      }),
    );
  });

  it('finds its own words again in what it made of them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const words = wordsOf(text).map(textOf);
        expect(wordsOf(words.join(' ')).map(textOf)).toEqual(words);
      }),
    );
  });
});

describe('nameKey', () => {
  it('is the same for every way to write a name', () => {
    const keys = ['get_user', 'getUser', 'Get-User', 'GET USER', 'gét.user'].map((name) =>
      nameKey(wordsOf(name)),
    );
    expect(new Set(keys)).toEqual(new Set(['getuser']));
  });
});
