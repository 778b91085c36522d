import type { Message } from './recording-upstream.ts';

const URIS = [
  'file:///project/README.md',
  'file:///project/drafts/plan.md',
  'file:///project/secret/key',
  'file:///etc/passwd',
];
const TEMPLATES = ['file:///project/{+path}', 'file:///project/secret/{name}', 'file:///{+path}'];
const PROMPTS = ['review', 'review_old', 'admin_reset', 'other'];

/** The policy that the tests of resources and prompts start from. */
export const OFFERING_RULES = {
  version: '1',
  default: 'deny',
  tools: { echo: {} },
  resources: {
    hide: ['file:///project/secret/*'],
    uris: {
      'file:///project/*': {},
      'file:///project/drafts/*': { action: 'deny', reason: 'Drafts are private.' },
    },
  },
  prompts: {
    hide: ['admin_*'],
    names: { review: {}, review_old: { action: 'deny', reason: 'Use review.' }, admin_reset: {} },
  },
};

/** A server that reads every URI and knows every prompt it lists: whoever is refused was refused by the gateway. */
export function offers({ method, params }: Message, isModern: boolean): object | undefined {
  const complete = isModern ? { resultType: 'complete' } : {};
  const hints = isModern ? { ttlMs: 60_000, cacheScope: 'public' } : {};
  const uri = params?.['uri'];
  switch (method) {
    case 'resources/list':
      return {
        result: {
          ...complete,
          ...hints,
          resources: URIS.map((one) => ({ uri: one, name: one })),
          nextCursor: '',
        },
      };
    case 'resources/templates/list':
      return {
        result: {
          ...complete,
          ...hints,
          resourceTemplates: TEMPLATES.map((uriTemplate) => ({ uriTemplate, name: uriTemplate })),
        },
      };
    case 'prompts/list':
      return { result: { ...complete, ...hints, prompts: PROMPTS.map((name) => ({ name })) } };
    case 'resources/read':
      if (String(uri).includes('missing')) {
        const code = isModern ? -32602 : -32002;
        return { error: { code, message: `Resource ${String(uri)} not found`, data: { tried: 3 } } };
      }
      return { result: { ...complete, ...hints, contents: [{ uri, text: 'contents' }] } };
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return { result: {} };
    case 'prompts/get':
      if (!PROMPTS.includes(String(params?.['name'])))
        return {
          error: { code: -32602, message: `MCP error -32602: Prompt ${String(params?.['name'])} not found` },
        };
      return { result: { ...complete, messages: [] } };
    case 'completion/complete':
      return {
        result: {
          ...complete,
          completion: { values: ['README.md', 'secret/key', 'drafts/plan.md'], total: 3 },
        },
      };
    case 'logging/setLevel':
      return { result: {} };
    default:
      return undefined;
  }
}
