import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from './compile.ts';
import { decideOffering, explainOffering, isOffered } from './decide-offering.ts';
import type { OfferingKind } from './offering.ts';
import { validatePolicy } from './read.ts';
import { uriFault } from './uri.ts';

function policyOf(document: object) {
  const read = validatePolicy({ version: '1', default: 'deny', ...document });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return compilePolicy(read.document, { name: 'test', version: '1' });
}

/** The decision as `outcome rule`, with `listed` when lists show it. */
function judge(document: object, kind: OfferingKind, name: string): string {
  const policy = policyOf(document);
  const { outcome, rule } = decideOffering(policy, { kind, name });
  return `${outcome} ${rule}${isOffered(policy, { kind, name }) ? ', listed' : ''}`;
}

const RESOURCES = {
  resources: {
    hide: ['file:///project/secret/*', 'test://hidden'],
    uris: {
      'file:///project/*': {},
      'file:///project/drafts/*': { action: 'deny', reason: 'Drafts are private.' },
      'file:///project/drafts/open.md': {},
      'FILE:///odd/../name': {},
      'test://template/{id}/data': {},
      'test://hidden': {},
      'https://example.com/a/*/c': {},
    },
  },
};

describe('resources', () => {
  it.each([
    ['file:///project/a.md', 'allow /resources/uris/file:~1~1~1project~1*, listed'],
    ['file:///project/drafts/a.md', 'deny /resources/uris/file:~1~1~1project~1drafts~1*/action, listed'],
    ['file:///project/drafts/open.md', 'allow /resources/uris/file:~1~1~1project~1drafts~1open.md, listed'],
    ['file:///project/secret/a', 'deny (hidden)'],
    ['test://hidden', 'deny (hidden)'],
    ['file:///other', 'deny (default deny)'],
    ['FILE:///odd/../name', 'allow /resources/uris/FILE:~1~1~1odd~1..~1name, listed'],
    ['https://example.com/a/b/c', 'allow /resources/uris/https:~1~1example.com~1a~1*~1c, listed'],
    ['https://example.com/a/b/c?d', 'deny (default deny)'],
    ['file:///project/../etc/passwd', 'deny (ambiguous uri)'],
    ['file:///project/%2e%2e/etc/passwd', 'deny (ambiguous uri)'],
    ['file:///project/x%2Fy', 'deny (ambiguous uri)'],
    ['FILE:///project/a.md', 'deny (ambiguous uri)'],
    ['file://me@host/project/a.md', 'deny (ambiguous uri)'],
    ['file:///project//drafts/a.md', 'deny (ambiguous uri)'],
    ['__proto__', 'deny (ambiguous uri)'],
    ['', 'deny (ambiguous uri)'],
  ])('%s: %s', (uri, expected) => {
    expect(judge(RESOURCES, 'resource', uri)).toBe(expected);
  });

  it('without the section all pass, whatever the default for tools says', () => {
    for (const kind of ['resource', 'template', 'prompt'] as const)
      expect(judge({}, kind, 'file:///a/../b')).toBe('allow (not governed), listed');
    expect(judge({ prompts: {} }, 'resource', 'x')).toBe('allow (not governed), listed');
    expect(judge({ resources: {} }, 'prompt', 'x')).toBe('allow (not governed), listed');
  });

  it('an empty section refuses all, whatever the default for tools says', () => {
    expect(judge({ default: 'allow', resources: {} }, 'resource', 'x://a')).toBe('deny (default deny)');
    expect(judge({ default: 'allow', prompts: {} }, 'prompt', 'a')).toBe('deny (default deny)');
  });

  it('a section that refuses nothing has nothing that another way of writing gets round', () => {
    const open = { resources: { default: 'allow', uris: { 'x://a': {} } } };
    expect(judge(open, 'resource', 'X://b/..')).toBe('allow (default allow), listed');
    const hiding = { resources: { default: 'allow', hide: ['x://a'] } };
    expect(judge(hiding, 'resource', 'X://a')).toBe('deny (ambiguous uri)');
    expect(judge(hiding, 'resource', 'x://b')).toBe('allow (default allow), listed');
    const denying = { resources: { default: 'allow', uris: { 'x://a/*': { action: 'deny' } } } };
    expect(judge(denying, 'resource', 'x://b/../a/c')).toBe('deny (ambiguous uri)');
  });

  it('without a policy nothing is offered', () => {
    const offering = { kind: 'resource', name: 'x://a' } as const;
    expect(decideOffering(undefined, offering)).toMatchObject({ outcome: 'deny', rule: '(no policy)' });
    expect(isOffered(undefined, offering)).toBe(false);
  });

  it('only what a rule of its own denies is refused with a reason', () => {
    const policy = policyOf(RESOURCES);
    const kindOf = (name: string) => {
      const decision = decideOffering(policy, { kind: 'resource', name });
      return decision.outcome === 'deny' ? [decision.kind, decision.message] : [];
    };
    expect(kindOf('file:///project/drafts/a')).toEqual(['refused', 'Drafts are private.']);
    expect(kindOf('test://hidden')[0]).toBe('hidden');
    expect(kindOf('file:///other')[0]).toBe('unknown');
    expect(kindOf('file:///a/../b')[0]).toBe('unknown');
  });
});

describe('templates', () => {
  it.each([
    ['file:///project/{path}', 'allow /resources/uris/file:~1~1~1project~1*, listed'],
    ['file:///project/drafts/{+path}', 'deny /resources/uris/file:~1~1~1project~1drafts~1*/action, listed'],
    ['file:///project/secret/{a}', 'deny (hidden)'],
    ['test://template/{id}/data', 'allow /resources/uris/test:~1~1template~1{id}~1data, listed'],
    ['test://template/{other}/data', 'deny (default deny)'],
    ['file:///{path}', 'deny (default deny)'],
    ['file:///{project}/a', 'deny (default deny)'],
    ['file:///project/../{path}', 'deny (ambiguous uri)'],
  ])('%s: %s', (template, expected) => {
    expect(judge(RESOURCES, 'template', template)).toBe(expected);
  });

  it('a glob matches only what its star covers, never the text between the braces', () => {
    const document = { resources: { uris: { 'x://*name*': {} } } };
    expect(judge(document, 'template', 'x://a/{name}')).toBe('deny (default deny)');
    expect(judge(document, 'template', 'x://{a}/name/{b}')).toBe(
      'allow /resources/uris/x:~1~1*name*, listed',
    );
  });

  it('what allows a template allows the URIs that it makes, unless a stronger rule denies them', () => {
    const value = fc.string({ unit: fc.constantFrom('a', 'b', '-', '%20'), minLength: 1, maxLength: 4 });
    const glob = fc.constantFrom('x://h/*', 'x://h/a*', '*', 'x://h/*/b', 'x://*/b');
    const template = fc.constantFrom('x://h/{v}', 'x://h/a{v}', 'x://h/{v}/b', 'x://h/a/{v}/b');
    fc.assert(
      fc.property(fc.uniqueArray(glob, { maxLength: 3 }), template, value, (globs, text, filled) => {
        const uris = Object.fromEntries(globs.map((name) => [name, {}]));
        const policy = policyOf({ resources: { uris } });
        const uri = text.replace('{v}', filled);
        fc.pre(uriFault(uri) === undefined);
        if (decideOffering(policy, { kind: 'template', name: text }).outcome === 'allow')
          expect(decideOffering(policy, { kind: 'resource', name: uri }).outcome).toBe('allow');
      }),
    );
  });
});

describe('prompts', () => {
  const document = {
    prompts: {
      hide: ['admin_*'],
      names: { 'test_*': {}, test_old: { action: 'deny' }, __proto__: undefined, admin_help: {} },
    },
  };
  it.each([
    ['test_a', 'allow /prompts/names/test_*, listed'],
    ['test_old', 'deny /prompts/names/test_old/action, listed'],
    ['admin_x', 'deny (hidden)'],
    ['admin_help', 'deny (hidden)'],
    ['Test_a', 'deny (default deny)'],
    ['__proto__', 'deny (default deny)'],
    ['constructor', 'deny (default deny)'],
    ['../test_a', 'deny (default deny)'],
  ])('%s: %s', (name, expected) => {
    expect(judge(document, 'prompt', name)).toBe(expected);
  });

  it('a prompt may be called __proto__', () => {
    const text = '{"prompts":{"names":{"__proto__":{"action":"deny","reason":"No."}}}}';
    expect(judge(JSON.parse(text) as object, 'prompt', '__proto__')).toBe(
      'deny /prompts/names/__proto__/action, listed',
    );
  });
});

describe('explainOffering', () => {
  it('asks in order and says what was not reached', () => {
    const { decision, steps } = explainOffering(policyOf(RESOURCES), {
      kind: 'resource',
      name: 'file:///project/../a',
    });
    expect(decision).toMatchObject({ outcome: 'deny', rule: '(ambiguous uri)' });
    expect(steps.map(({ rule, result }) => `${rule} ${result}`)).toEqual([
      '(no policy) passed',
      '(not governed) passed',
      '(hidden) passed',
      '(ambiguous uri) refused',
      '(default deny) skipped',
      '/resources/uris/file:~1~1~1project~1*/action skipped',
    ]);
    expect(steps[3]?.why).toContain('has a segment "." or ".."');
  });
});

describe('for every section and every name', () => {
  const names = fc.constantFrom('x://a', 'x://b', 'x://a/b', 'X://a', 'x://a/../b', '__proto__', 'x://{v}');
  const globs = fc.constantFrom('*', 'x://*', '*/b', 'x://a*');
  const rule = fc.record(
    { action: fc.constantFrom('allow' as const, 'deny' as const) },
    { requiredKeys: [] },
  );
  const rules = fc.dictionary(fc.oneof(names, globs), rule, { noNullPrototype: true });
  const fallback = fc.constantFrom('allow' as const, 'deny' as const);
  const hide = fc.array(fc.oneof(names, globs), { maxLength: 2 });
  const kinds = fc.constantFrom('resource' as const, 'template' as const, 'prompt' as const);
  const section = fc.record({ default: fallback, hide, rules }, { requiredKeys: ['rules'] });
  const document = section.map(({ rules: named, ...rest }) => ({
    resources: { ...rest, uris: named },
    prompts: { ...rest, names: named },
  }));

  it('the decision is the one that is explained, and hiding wins', () => {
    fc.assert(
      fc.property(document, kinds, names, (source, kind, name) => {
        const policy = policyOf(source);
        const decision = decideOffering(policy, { kind, name });
        const { decision: explained, steps } = explainOffering(policy, { kind, name });
        expect(explained).toEqual(decision);
        const refused = steps.filter(({ result }) => result === 'refused').map((step) => step.rule);
        expect(refused).toEqual(decision.outcome === 'deny' ? [decision.rule] : []);
        const hidden = { ...source.resources, hide: [...(source.resources.hide ?? []), name] };
        const hiding = policyOf({ resources: hidden });
        expect(decideOffering(hiding, { kind: 'resource', name }).rule).toBe('(hidden)');
      }),
      { numRuns: 500 },
    );
  });

  it('a URI that could be written in another way passes only where it is named exactly', () => {
    fc.assert(
      fc.property(document, names, (source, name) => {
        const restricts =
          source.resources.default !== 'allow' ||
          (source.resources.hide ?? []).length > 0 ||
          Object.values(source.resources.uris).some(({ action }) => action === 'deny');
        fc.pre(restricts && uriFault(name) !== undefined && !Object.hasOwn(source.resources.uris, name));
        expect(decideOffering(policyOf(source), { kind: 'resource', name }).outcome).toBe('deny');
      }),
    );
  });
});

/** What a server that is careless in every way makes of the URI of a file. */
function carelessly(uri: string): string | undefined {
  let text = uri.replaceAll(/[\t\n\r]/g, '').trim();
  try {
    text = decodeURIComponent(decodeURIComponent(text));
  } catch {
    return undefined;
  }
  const match = /^file:(?:\/\/[^/?#]*)?([^?#]*)/i.exec(text.replaceAll('\\', '/').replaceAll('\u0000', ''));
  const path: string[] = [];
  for (const segment of (match?.[1] ?? '').split('/')) {
    if (segment === '..') path.pop();
    else if (segment !== '' && segment !== '.') path.push(segment);
  }
  return match === null ? undefined : path.join('/');
}

it('no writing of a hidden URI gets through, whatever a careless server makes of it', () => {
  const policy = policyOf({ resources: { default: 'allow', hide: ['file:///secret/*', 'file:///secret'] } });
  const scheme = fc.constantFrom('file:', 'FILE:', 'File:', ' file:', 'fi\tle:');
  const host = fc.constantFrom('//', '', '//localhost', '//u@', '//u:p@localhost', '//HOST', '///', '//:80');
  const slash = fc.constantFrom(
    '/',
    '//',
    '\\',
    '%2F',
    '%2f',
    '%5C',
    '%252F',
    '/./',
    '/x/../',
    '/%2E/',
    '/a/%2e%2e/',
    '/\n',
  );
  const secret = fc.constantFrom(
    'secret',
    '%73ecret',
    'se%63ret',
    'secret%00',
    '%2573ecret',
    'sec\nret',
    'secret/.',
    'secret',
  );
  const end = fc.constantFrom('key', 'key?x', 'key#x', 'key%00', 'key/', 'key/.', 'k%65y', '', '?x', '#');
  fc.assert(
    fc.property(scheme, host, slash, secret, slash, end, (...parts) => {
      const uri = parts.join('');
      fc.pre(/^secret(\/|$)/.test(carelessly(uri) ?? ''));
      expect(decideOffering(policy, { kind: 'resource', name: uri })).toMatchObject({ outcome: 'deny' });
    }),
    { numRuns: 5000, examples: [['file:', '//', '/', 'secret', '/', 'key']] },
  );
});
