import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { formatProblem, versionOf } from '#gateway';
import { messageOf, ToolgateError } from '#platform';
import {
  compilePolicy,
  explainDecision,
  explainOffering,
  knowListedTool,
  lintPolicy,
  policyJsonSchema,
  readPolicy,
  readPolicyCases,
  readWrittenCall,
  runPolicyCases,
  subjectOf,
  type CompiledPolicy,
  type Explanation,
  type KnownTool,
  type PolicyCaseResult,
  type PolicyDocument,
  type Problem,
  type ToolDefinition,
  type WrittenCall,
} from '#policy';
import type { Compose } from './assembly.ts';
import { CheckFailed } from './check-failed.ts';
import { serverIdOf } from './one-server.ts';
import { collect, targetOf, type TargetFlags } from './target.ts';
import { simulateCommand } from './simulate.ts';

interface JsonFlag {
  readonly json?: boolean;
}
type ToolFlags = TargetFlags & { readonly tools?: string };

export function policyCommand(compose: Compose): Command {
  return new Command('policy')
    .description('Check, test and explain policies.')
    .addCommand(validateCommand())
    .addCommand(lintCommand(compose))
    .addCommand(testCommand())
    .addCommand(explainCommand(compose))
    .addCommand(simulateCommand())
    .addCommand(schemaCommand());
}

function validateCommand(): Command {
  return new Command('validate')
    .description('Report every fault of a policy at once, with line, column and a suggestion.')
    .argument('<file>', 'policy file')
    .option('--json', 'print a list of {message, pointer, line, column, suggestion?}')
    .addHelpText(
      'after',
      '\nExample:\n  $ toolgate policy validate policy.json\n\nExits 0 when the policy is valid, 1 when it is not.',
    )
    .action((file: string, flags: JsonFlag) => {
      const read = readPolicy(textOf(file));
      const problems = read.ok ? [] : read.problems;
      if (flags.json) printJson(problems);
      else if (read.ok) print(`${file} is a valid policy.`);
      else printProblems(file, problems);
      if (!read.ok) throw new CheckFailed();
    });
}

function lintCommand(compose: Compose): Command {
  return withTools(new Command('lint'))
    .description("Check a policy against a server's real tool list.")
    .argument('<policy>', 'policy file')
    .argument('[command...]', 'command of a stdio server, after --')
    .option('--json', 'print a list of findings')
    .addHelpText(
      'after',
      `
Examples:
  $ toolgate policy lint policy.json --tools tools.json
  $ toolgate policy lint policy.json -- npx -y @modelcontextprotocol/server-filesystem /data

Exits 1 when there is an error; warnings alone exit 0.`,
    )
    .action(async (file: string, words: string[], flags: ToolFlags & JsonFlag) => {
      const text = textOf(file);
      const document = validDocument(file, text);
      const tools = await toolsOf(compose, flags, words);
      if (tools === undefined)
        throw new ToolgateError('usage.tools', 'lint needs the tools of a server.', { hint: TOOLS_HINT });
      const findings = lintPolicy(document, tools, text);
      if (flags.json) printJson(findings);
      else if (findings.length === 0) print(`${file}: nothing to remark (${tools.length} tools).`);
      else for (const finding of findings) print(`${finding.level}: ${formatProblem(file, finding)}`);
      if (findings.some((finding) => finding.level === 'error')) throw new CheckFailed();
    });
}

function testCommand(): Command {
  return new Command('test')
    .description('Run a file of example calls against a policy.')
    .argument('<policy>', 'policy file')
    .argument('<cases>', 'file of cases: [{"call": {"name", "arguments"}, "expect": "allow", "rule"?}]')
    .option('--tools <file>', 'tools/list answer, so that arguments are checked against the schemas too')
    .option('--json', 'print one object a case')
    .addHelpText(
      'after',
      '\nExample:\n  $ toolgate policy test policy.json cases.json\n\nExits 0 when every case turns out as expected, else 1.',
    )
    .action((policyFile: string, casesFile: string, flags: JsonFlag & { tools?: string }) => {
      const policy = compiled(policyFile);
      const cases = readPolicyCases(textOf(casesFile));
      if (!cases.ok) throw invalidFile(casesFile, cases.problems, 'file of cases');
      const tools =
        flags.tools === undefined
          ? undefined
          : toolsInFile(flags.tools).map((tool, _, list) => knowListedTool(tool, list));
      const results = runPolicyCases(policy, cases.cases, tools);
      if (flags.json) printJson(results);
      else printResults(results);
      if (results.some((result) => !result.passed)) throw new CheckFailed();
    });
}

function explainCommand(compose: Compose): Command {
  return withTools(new Command('explain'))
    .description('Show step by step why a call would be allowed, denied or held.')
    .argument('<policy>', 'policy file')
    .argument('[command...]', 'command of a stdio server, after --')
    .requiredOption(
      '--call <json>',
      'the call: {"name": "…", "arguments": {…}}, or {"resource": "URI"}, {"template": "…"}, {"prompt": "…"}',
    )
    .option('--json', 'print the decision and its steps')
    .addHelpText(
      'after',
      `
Example:
  $ toolgate policy explain policy.json --call '{"name": "create_refund", "arguments": {"amount": 150}}'

Without a tool list the tool counts as known, and its arguments are not checked against a schema.`,
    )
    .action(async (file: string, words: string[], flags: ToolFlags & JsonFlag & { call: string }) => {
      const policy = compiled(file);
      const call = callOf(flags.call);
      const subject = subjectOf(call);
      if (typeof subject !== 'string') return printExplanation(explainOffering(policy, subject), flags);
      const tools = await toolsOf(compose, flags, words);
      const definition =
        tools === undefined ? { name: subject } : tools.find((tool) => tool.name === subject);
      const known: KnownTool | undefined = definition && knowListedTool(definition, tools);
      const explained = explainDecision(policy, { tool: subject, arguments: call.arguments }, known);
      printExplanation(explained, flags);
      if (!flags.json && tools === undefined)
        print('No tool list was given: arguments were not checked against a schema.');
    });
}

function schemaCommand(): Command {
  return new Command('schema')
    .description('Print the JSON Schema of policies, for completion in an editor.')
    .addHelpText('after', '\nExample:\n  $ toolgate policy schema > policy.schema.json')
    .action(() => printJson(policyJsonSchema()));
}

const TOOLS_HINT =
  'Give --tools FILE (a tools/list answer), --upstream URL, or -- COMMAND ARG… to ask the server itself.';

function withTools(command: Command): Command {
  return command
    .option('--tools <file>', 'tools/list answer of the server')
    .option('--upstream <url>', 'ask the server at this address')
    .option('--transport <kind>', 'what it speaks: streamable-http (default) or sse')
    .option('--header <line>', 'header sent to the server, "Name: value"; may be repeated', collect)
    .option('--env <pair>', 'environment of the command, NAME=VALUE; may be repeated', collect);
}

async function toolsOf(
  compose: Compose,
  flags: ToolFlags,
  words: readonly string[],
): Promise<readonly ToolDefinition[] | undefined> {
  if (flags.tools !== undefined) return toolsInFile(flags.tools);
  if (flags.upstream === undefined && words.length === 0) return undefined;
  const target = targetOf(flags, words);
  const upstream = await compose.createUpstream(serverIdOf(target), target, {});
  try {
    return [...(await upstream.tools()).values()].map((tool) => tool.definition);
  } catch (error) {
    throw new ToolgateError('upstream.no_tools', `The server did not list its tools: ${messageOf(error)}.`, {
      cause: error,
    });
  } finally {
    await upstream.close();
  }
}

/** A list of tools, a result of `tools/list` or the whole answer around it. */
function toolsInFile(file: string): readonly ToolDefinition[] {
  const value = jsonOf(textOf(file), file) as { tools?: unknown; result?: { tools?: unknown } } | unknown[];
  const tools = Array.isArray(value) ? value : (value.tools ?? value.result?.tools);
  const isTool = (tool: unknown): tool is ToolDefinition =>
    typeof tool === 'object' && tool !== null && typeof (tool as { name?: unknown }).name === 'string';
  if (Array.isArray(tools) && tools.every(isTool)) return tools;
  throw new ToolgateError('usage.tools', `${file} holds no list of tools.`, {
    hint: 'It must be a list of tools with names, or a tools/list answer.',
  });
}

function callOf(text: string): WrittenCall {
  const call = readWrittenCall(jsonOf(text, '--call'));
  if (call !== undefined) return call;
  throw new ToolgateError('usage.call', '--call names neither a tool nor a resource, template or prompt.', {
    hint: 'Write {"name": "tool", "arguments": {…}}, {"resource": "URI"}, {"template": "…"} or {"prompt": "name"}.',
  });
}

function compiled(file: string): CompiledPolicy {
  const text = textOf(file);
  return compilePolicy(validDocument(file, text), { name: file, version: versionOf(text) });
}

function validDocument(file: string, text: string): PolicyDocument {
  const read = readPolicy(text);
  if (read.ok) return read.document;
  throw invalidFile(file, read.problems, 'policy');
}

function invalidFile(file: string, problems: readonly Problem[], what: string): ToolgateError {
  return new ToolgateError('policy.invalid', `${file} is no valid ${what}.`, {
    details: problems.map((problem) => formatProblem(file, problem)),
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ToolgateError('usage.unreadable', `Cannot read ${file}.`, {
      hint: 'Name an existing file.',
      cause,
    });
  }
}

function jsonOf(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ToolgateError('usage.not_json', `${place} is not JSON: ${messageOf(error)}.`);
  }
}

function printResults(results: readonly PolicyCaseResult[]): void {
  for (const [index, { case: one, decision, passed }] of results.entries()) {
    const got = `${decision.outcome} by ${decision.rule}`;
    const wanted = `${one.expect}${one.rule === undefined ? '' : ` by ${one.rule}`}`;
    const title = `${index + 1}. ${titleOf(one.call)}`;
    print(passed ? `ok   ${title}: ${got}` : `FAIL ${title}: expected ${wanted}, got ${got}`);
  }
  const passed = results.filter((result) => result.passed).length;
  print(`${passed} of ${results.length} cases as expected.`);
}

function titleOf(call: WrittenCall): string {
  const subject = subjectOf(call);
  return typeof subject === 'string' ? subject : subject.name;
}

function printProblems(file: string, problems: readonly Problem[]): void {
  for (const problem of problems) print(formatProblem(file, problem));
  print(problems.length === 1 ? '1 fault.' : `${problems.length} faults.`);
}

function printExplanation({ decision, steps }: Explanation, flags: JsonFlag): void {
  if (flags.json) return printJson({ decision, steps });
  print(`${decision.outcome} by ${decision.rule}${'message' in decision ? `: ${decision.message}` : ''}`);
  for (const step of steps) print(`  ${step.result.padEnd(7)} ${step.rule}  ${step.question} ${step.why}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}
