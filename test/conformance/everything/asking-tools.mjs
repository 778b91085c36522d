// Tools that ask the client for something before they answer. They are written once: in the modern era the answer
// to the first call says what is wanted; in the legacy era the SDK turns that into requests to the client.
import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  fromJsonSchema,
  inputRequired,
  inputResponse,
} from '@modelcontextprotocol/server';
import { z } from 'zod';

const answer = (text) => ({ content: [{ type: 'text', text }] });
const object = (properties, required = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
});
const elicit = (message, properties, required) =>
  inputRequired.elicit({ message, requestedSchema: object(properties, required) });
const sample = (text, maxTokens) =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text } }],
    maxTokens,
  });
const string = { type: 'string' };

const DEFAULTS = {
  name: { type: 'string', default: 'John Doe' },
  age: { type: 'integer', default: 30 },
  score: { type: 'number', default: 95.5 },
  status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
  verified: { type: 'boolean', default: true },
};
const titled = ['First', 'Second', 'Third'].map((title, index) => ({ const: `value${index + 1}`, title }));
const ENUMS = {
  untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
  titledSingle: { type: 'string', oneOf: titled },
  legacyEnum: {
    type: 'string',
    enum: ['opt1', 'opt2', 'opt3'],
    enumNames: ['Option One', 'Option Two', 'Option Three'],
  },
  untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
  titledMulti: { type: 'array', items: { anyOf: titled } },
};

/** The three ways to ask, and how to read what came back. */
const WISHES = {
  user_name: elicit('What is your name?', { name: string }),
  greeting: sample('Generate a greeting', 50),
  client_roots: inputRequired.listRoots(),
};
const nameOf = (responses) => acceptedContent(responses, 'user_name', z.object({ name: z.string() }))?.name;
const isAnswered = (responses, key) => inputResponse(responses, key).kind !== 'missing';

/** Registers the tools. `states` seals what a tool wants to know again at the next round. */
export function offerAskingTools(server, states) {
  const offer = (name, description, run, inputSchema) =>
    server.registerTool(name, { description, ...(inputSchema && { inputSchema }) }, run);
  const capabilitiesOf = (ctx) =>
    ctx.mcpReq.envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? server.server.getClientCapabilities() ?? {};

  /** A tool that asks once, under one key, and answers with what it was told. */
  const offerQuestion = (name, key, request, inputSchema) => {
    const ask = (args, ctx) => {
      const responses = ctx.mcpReq.inputResponses;
      if (isAnswered(responses, key)) return answer(`Answer: ${JSON.stringify(responses[key])}`);
      return inputRequired({ inputRequests: { [key]: request(args) } });
    };
    offer(name, `Asks the client: ${key}`, inputSchema ? ask : (ctx) => ask({}, ctx), inputSchema);
  };
  offerQuestion(
    'test_sampling',
    'answer',
    ({ prompt }) => sample(prompt, 100),
    fromJsonSchema(object({ prompt: string })),
  );
  offerQuestion(
    'test_elicitation',
    'user',
    ({ message }) => elicit(message, { username: string, email: string }),
    fromJsonSchema(object({ message: string })),
  );
  offerQuestion('test_elicitation_sep1034_defaults', 'form', () => elicit('With defaults', DEFAULTS, []));
  offerQuestion('test_elicitation_sep1330_enums', 'form', () => elicit('With choices', ENUMS, []));
  // The SDK refuses to ask a client that did not declare sampling.
  offerQuestion('test_missing_capability', 'greeting', () => WISHES.greeting);
  offerQuestion('test_streaming_elicitation', 'user_name', () => WISHES.user_name);
  offerQuestion('test_input_required_result_sampling', 'capital_question', () =>
    sample('What is the capital of France?', 100),
  );
  offerQuestion('test_input_required_result_list_roots', 'client_roots', () => WISHES.client_roots);

  offer('test_input_required_result_elicitation', 'Greets by name', (ctx) => {
    const name = nameOf(ctx.mcpReq.inputResponses);
    if (name !== undefined) return answer(`Hello, ${name}!`);
    return inputRequired({ inputRequests: { user_name: WISHES.user_name } });
  });
  offer('test_input_required_result_multiple_inputs', 'Asks three things at once', async (ctx) => {
    const missing = Object.keys(WISHES).filter((key) => !isAnswered(ctx.mcpReq.inputResponses, key));
    if (missing.length === 0) return answer(`Hello, ${nameOf(ctx.mcpReq.inputResponses)}!`);
    return inputRequired({ inputRequests: WISHES, requestState: await states.mint({ asked: 'all' }) });
  });
  for (const name of ['request_state', 'tampered_state'])
    offer(`test_input_required_result_${name}`, 'Keeps a sealed state', async (ctx) => {
      if (ctx.mcpReq.requestState()?.asked === name) return answer('state-ok');
      const confirm = elicit('Please confirm', { ok: { type: 'boolean' } });
      const requestState = await states.mint({ asked: name });
      return inputRequired({ inputRequests: { confirm }, requestState });
    });
  offer('test_input_required_result_multi_round', 'Asks two things in turn', async (ctx) => {
    const told = ctx.mcpReq.inputResponses;
    const asked = ctx.mcpReq.requestState()?.asked;
    if (asked === 'color' && isAnswered(told, 'step2')) return answer('Both steps are done');
    const requestState = await states.mint({ asked: asked === undefined ? 'name' : 'color' });
    const inputRequests =
      asked === undefined
        ? { step1: elicit('Step 1: What is your name?', { name: string }) }
        : { step2: elicit('Step 2: What is your favorite color?', { color: string }) };
    return inputRequired({ inputRequests, requestState });
  });
  offer('test_input_required_result_capabilities', 'Asks only what the client can answer', (ctx) => {
    const { sampling, elicitation, roots } = capabilitiesOf(ctx);
    const inputRequests = {
      ...(elicitation && { user_name: WISHES.user_name }),
      ...(sampling && { greeting: WISHES.greeting }),
      ...(roots && { client_roots: WISHES.client_roots }),
    };
    const keys = Object.keys(inputRequests);
    const isDone = keys.every((key) => isAnswered(ctx.mcpReq.inputResponses, key));
    return isDone ? answer(`Asked: ${keys.join(', ')}`) : inputRequired({ inputRequests });
  });
}
