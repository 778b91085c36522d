import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validatePolicy } from '#policy';
import { DESK, HOSTILE, openMadeUpCatalogue, type MadeUpCatalogue } from '../fixtures.suite.ts';
import { policyVariants, recommendedFor } from './policy-variants.ts';
import {
  classSentence,
  questionsData,
  questionsSection,
  toolQuestions,
  type Question,
} from './tool-questions.ts';

let catalogue: MadeUpCatalogue;
beforeAll(async () => {
  catalogue = await openMadeUpCatalogue([DESK, HOSTILE]);
});
afterAll(() => catalogue.close());

async function questionsOn(slug: string, tool: string): Promise<readonly Question[]> {
  const entry = await catalogue.index.tool(slug, tool);
  const server = await catalogue.index.server(slug);
  if (entry === undefined || server === undefined) throw new Error(`no tool ${slug}/${tool}`);
  const { toolCount } = server;
  return toolQuestions({
    entry,
    server,
    recommended: recommendedFor(entry, toolCount),
    variants: policyVariants(entry, toolCount),
  });
}

describe('questions about a tool', () => {
  it('are six, about what people ask', async () => {
    expect((await questionsOn('example-desk', 'create-note')).map(({ question }) => question)).toEqual([
      'What does `create_note` do?',
      'How do I enforce a policy on `create_note`?',
      'What is the risk level of `create_note`?',
      'How do I rate-limit `create_note`?',
      'How do I block `create_note`?',
      'Which server has `create_note`?',
    ]);
  });

  it('are answered with the numbers of the policy that stands beside the answer', async () => {
    const [, enforce, , limit] = await questionsOn('example-desk', 'create-note');
    expect(enforce?.answer).toContain('at most 30 a minute per grant');
    expect(JSON.stringify(enforce?.policy)).toContain('"max":30');
    expect(limit?.answer).toContain('at most 30 a minute per session');
    expect(limit?.policy).toEqual({
      version: '1',
      default: 'deny',
      tools: { create_note: { rate_limit: { max: 30, window: 'minute' } } },
    });
  });

  it('speak of fixed windows, never of sliding ones', async () => {
    const [, , , limit] = await questionsOn('example-desk', 'create-note');
    expect(limit?.answer).toContain('fixed windows by the clock, in UTC');
  });

  it('have only valid policies', async () => {
    for (const { tool } of await catalogue.index.toolsOf('example-desk'))
      for (const { policy } of await questionsOn('example-desk', tool.slug))
        if (policy !== undefined) expect(validatePolicy(policy)).toMatchObject({ ok: true });
  });

  it('leave out the rules for a tool that no rule can name', async () => {
    const questions = await questionsOn('hostile', 'delete');
    expect(questions.map(({ question }) => question).join()).not.toMatch(/rate-limit|block/);
    expect(questions[1]?.answer).toContain('for a policy cannot name it');
  });

  it('are the same for readers and for search engines', async () => {
    const questions = await questionsOn('example-desk', 'delete-note');
    const { markdown } = questionsSection(questions);
    const data = JSON.stringify(questionsData(questions));
    expect(markdown.match(/^### /gm)).toHaveLength(questions.length);
    expect(data.match(/"@type":"Question"/g)).toHaveLength(questions.length);
  });
});

describe('the class of a tool in a sentence', () => {
  it('has the article that goes with it', async () => {
    const command = await catalogue.index.tool('example-desk', 'run-command');
    expect(command && classSentence(command)).toBe(
      '`run_command` is an Execute tool, and Execute has the level High.',
    );
  });
});
