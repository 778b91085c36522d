import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob } from './glob.ts';
import { leavesHostOpen, templateFault, uriFault, uriGlobFault } from './uri.ts';

describe('uriFault', () => {
  it.each([
    'file:///project/README.md',
    'file:///C:/project/a%20b.txt',
    'file:///za%C5%BC%C3%B3%C5%82%C4%87',
    'https://example.com/',
    'https://example.com:8443/a/b?x=1&y=%26',
    'test://static-text',
    'test://template/5/data',
    'urn:isbn:0451450523',
    'urn:ISBN:0451450523',
    'db:table/row;version=2',
    'repo://owner/name/contents/.github/...md',
  ])('%s has one way to be written', (uri) => {
    expect(uriFault(uri)).toBeUndefined();
  });

  it.each([
    ['file:///project/../secret', 'has a segment'],
    ['file:///project/..', 'has a segment'],
    ['file:///project/./a', 'has a segment'],
    ['db:a/../b', 'has a segment'],
    ['db:..', 'has a segment'],
    ['x://a?path=../b', 'has a segment'],
    ['x://a?path=a/..&b', 'has a segment'],
    ['file:///project/%2e%2e/secret', 'upper-case hexadecimal'],
    ['file:///project/%2E%2E/secret', 'that needs none'],
    ['file:///project/.%2E/secret', 'that needs none'],
    ['file:///%73ecret', 'that needs none'],
    ['file:///project%2Fsecret', 'hides a slash'],
    ['file:///project%5Csecret', 'hides a slash'],
    ['file:///project%2fsecret', 'upper-case hexadecimal'],
    ['file:///project/%252E%252E/a', 'encoded twice'],
    ['file:///project/%252e', 'encoded twice'],
    ['file:///a%00', 'control character'],
    ['file:///a%0A', 'control character'],
    ['file:///a%7F', 'control character'],
    ['file:///a%', 'without two'],
    ['file:///a%2', 'without two'],
    ['file:///a%zz', 'without two'],
    ['FILE:///secret', 'scheme'],
    ['File:///secret', 'scheme'],
    ['secret', 'no scheme'],
    ['/secret', 'no scheme'],
    ['', 'no scheme'],
    ['https://EXAMPLE.com/a', 'host'],
    ['x://Host/a', 'host'],
    ['https://example.com@evil.example/a', 'user name'],
    ['x://user:pw@host/a', 'user name'],
    ['https://example.com./a', 'another way'],
    ['x://host:/a', 'another way'],
    ['x://host:080/a', 'another way'],
    ['x://ho%20st/a', 'a %'],
    ['https://example.com:443/a', 'URL parser'],
    ['https://example.com', 'URL parser'],
    ['http://2130706433/', 'URL parser'],
    ['http://0x7f.1/', 'URL parser'],
    ['file://localhost/a', 'URL parser'],
    ['file:/a', 'URL parser'],
    ['file:a', 'URL parser'],
    ['file:////secret', 'empty segment'],
    ['file:///project//a', 'empty segment'],
    ['x:a//b', 'empty segment'],
    ['x:%80', 'no UTF-8'],
    ['file:///%C0%AF', 'no UTF-8'],
    ['file:///%C0%AE%C0%AE/a', 'no UTF-8'],
    ['file:///%ED%A0%80', 'no UTF-8'],
    ['file:///a%C5', 'no UTF-8'],
    ['file:///a#b', 'fragment'],
    ['x://a#', 'fragment'],
    ['file:///a?b', 'query'],
    ['file:///a b', 'must be written with %'],
    ['file:///a\\b', 'must be written with %'],
    ['file:///a\tb', 'must be written with %'],
    ['file:///a\n', 'must be written with %'],
    [' file:///a', 'no scheme'],
    ['file:///ż', 'must be written with %'],
    ['file:///a\u0000', 'must be written with %'],
    ['file:///\u202ea', 'must be written with %'],
    ['file:///{a}', 'must be written with %'],
    [`x:${'a'.repeat(9000)}`, 'longer than'],
  ])('%j: %s', (uri, fault) => {
    expect(uriFault(uri)).toContain(fault);
  });

  it('takes any text, and what it lets through a URL parser reads as it is written', () => {
    const parts = fc.constantFrom(
      'file:',
      'http:',
      'x:',
      '//',
      '/',
      'a',
      'B',
      '.',
      '..',
      '%2E',
      '%2F',
      '%80',
      '%C5%BC',
      '%',
      '@',
      ':',
      '80',
      '?',
      '#',
      '\\',
      'ż',
      ' ',
    );
    const uris = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.array(parts, { maxLength: 8 }).map((list) => list.join('')),
    );
    fc.assert(
      fc.property(uris, (uri) => {
        if (uriFault(uri) !== undefined) return;
        if (URL.canParse(uri)) expect(new URL(uri).href).toBe(uri);
        expect(decodeURIComponent(uri).split('/')).not.toContain('..');
      }),
      { numRuns: 30_000 },
    );
  });

  it('takes what is long and repeats itself', () => {
    for (const piece of ['%41', '/..', '.', ':0', '{', '@', '//', '?#'])
      expect(uriFault(`x://${piece.repeat(8000 / piece.length)}`)).toBeDefined();
  });
});

describe('uriGlobFault', () => {
  it.each([
    '*',
    'file:///*',
    'file:///project/*.md',
    '*://host/a',
    'https://*.example.com/*',
    'urn:ISBN:*',
    '*secret*',
  ])('%s can match', (glob) => {
    expect(uriGlobFault(glob)).toBeUndefined();
  });

  it.each([
    'FILE:///*',
    'https://Example.com/*',
    'file:///a/../*',
    'file:///%73*',
    'file:///a b*',
    'x://a#*',
    'a/{b}/*',
    'a\\*',
  ])('%s cannot', (glob) => {
    expect(uriGlobFault(glob)).toBeDefined();
  });

  it('calls no glob impossible that a URI in plain form matches', () => {
    const uri = fc
      .array(fc.constantFrom('a', 'b/', '.x', '%C5%BC', 'B', '?q', ':', '..a'), {
        minLength: 1,
        maxLength: 6,
      })
      .map((list) => `x://h/${list.join('')}`)
      .filter((text) => uriFault(text) === undefined);
    fc.assert(
      fc.property(uri, fc.nat(), fc.nat(), (text, from, length) => {
        const start = from % text.length;
        const glob = `${text.slice(0, start)}*${text.slice(start + (length % (text.length - start)))}`;
        fc.pre(!/%[0-9A-F]?\*|\*[0-9A-F]?[0-9A-F]/.test(glob));
        expect(compileGlob(glob)(text)).toBe(true);
        expect(uriGlobFault(glob)).toBeUndefined();
      }),
    );
  });
});

it('a template is judged as the URIs that it makes', () => {
  expect(templateFault('file:///project/{+path}')).toBeUndefined();
  expect(templateFault('test://template/{id}/data{?x,y}')).toBeUndefined();
  expect(templateFault('file:///project/../{path}')).toContain('segment');
  expect(templateFault('file:///project/{path')).toContain('%');
});

it('a star inside the host leaves it open', () => {
  expect(
    [
      'https://example.com*',
      'https://*.example.com/a',
      'https://*',
      'https://example.com/*',
      'file:///*',
    ].map(leavesHostOpen),
  ).toEqual([true, true, false, false, false]);
});
