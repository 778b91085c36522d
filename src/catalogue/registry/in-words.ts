import type { UnansweredServer } from '#store';
import { inertText } from '../pages/inert-text.ts';
import {
  categoryTitle,
  counted,
  countsInWords,
  dayOf,
  joined,
  levelTitle,
  sentence,
} from '../pages/phrases.ts';
import type { Answer } from './answers.ts';

/*
 * Answers in a few lines of text, for clients that show a model nothing else. Names of others stand in them as inert text.
 */

const LONGEST_NAME = 120;
const LONGEST_DETAIL = 400;

/** Text of others on one line, with unseen characters as marks. */
export function shown(text: string, longest = LONGEST_NAME): string {
  return inertText(text.replaceAll(/\s+/g, ' '), longest);
}

/** The lines that there are. */
export function linesOf(...lines: readonly (string | false)[]): string {
  return lines.filter((line) => line !== false).join('\n');
}

/** A server with its tools. */
export function serverInWords(record: Answer<'ServerRecord'>): string {
  const { lifecycle, effects, tools, toolCount } = record;
  const more = toolCount - tools.length;
  return [
    serverLine(record),
    ...(lifecycle.failedAttempt === undefined
      ? []
      : [`The newest attempt to read it failed: ${shown(lifecycle.failedAttempt.reason)}.`]),
    effectsLine(effects),
    ...tools.map(toolLine),
    ...(more > 0 ? [`… and ${counted(more, 'further tool')}.`] : []),
  ].join('\n');
}

/** A server on one line. */
export function serverLine(server: Answer<'ServerSummary'>): string {
  const version = server.version === undefined ? '' : ` ${shown(server.version)}`;
  return `${shown(server.name)}${version}: ${counted(server.toolCount, 'tool')} (${countsInWords(server.counts)}), last read on ${dayOf(server.lastRead)}. ${server.links.record}`;
}

/** A tool on one line. */
export function toolLine({ server, name, category, level, recommended }: Answer<'ToolSummary'>): string {
  return `- ${shown(name)} of ${shown(server.name)}: ${categoryTitle(category)}, ${levelTitle(level)}; with the recommended rule ${recommended.effect}.`;
}

/** A tool with the reasons of its class. */
export function toolInWords(record: Answer<'ToolRecord'>): string {
  const attacks = joined(record.attacks.map(({ title }) => title));
  return `${toolLine(record)} ${sentence(shown(record.rationale, LONGEST_DETAIL))} Abused by: ${attacks}. ${record.links.record}`;
}

/** What a configuration could do. */
export function stackInWords({ servers, toolCount, counts, problems }: Answer<'StackReport'>): string {
  return [
    `${sentence(counted(servers.length, 'server'))} Those that are known have ${counted(toolCount, 'tool')} (${countsInWords(counts)}).`,
    ...servers.flatMap(checkedLines),
    ...problems.map(({ line, column, message }) => `Not read, line ${line}, column ${column}: ${message}`),
  ].join('\n');
}

function checkedLines({ name, status, known, failedAttempt }: Answer<'CheckedServer'>): readonly string[] {
  if (known !== undefined) {
    return [
      `${shown(name)}: ${serverLine(known.server)}`,
      effectsLine(known.effects),
      ...known.mostDangerous.map(toolLine),
    ];
  }
  if (failedAttempt !== undefined)
    return [
      `${shown(name)}: was tried and gave no tools (${shown(failedAttempt.reason)}). What it can do is unknown.`,
    ];
  return [
    `${shown(name)}: ${status === 'remote' ? 'a server at an address, which the catalogue cannot tell apart' : 'not in the catalogue'}. What it can do is unknown.`,
  ];
}

function effectsLine(effects: Answer<'ServerRecord'>['effects']): string {
  const parts = effects.map(({ effect, tools }) => `${counted(tools, 'tool')} ${effect}`);
  return parts.length === 0 ? 'It has no tools.' : `The recommended policy: ${parts.join('; ')}.`;
}

/** What changed. */
export function changesInWords({ changes, continueAfter }: Answer<'ChangePage'>): string {
  const lines = changes.map(({ at, server, kind, tool, from, to }) => {
    const what = tool === undefined ? shown(server) : `${shown(tool)} of ${shown(server)}`;
    const how = from !== undefined && to !== undefined ? ` (${shown(from)} → ${shown(to)})` : '';
    return `- ${dayOf(at)}: ${kind.replaceAll('_', ' ')}: ${what}${how}.`;
  });
  return [
    `${sentence(counted(changes.length, 'change'))} Go on with after: ${continueAfter}.`,
    ...lines,
  ].join('\n');
}

/** A package that gave no tools. */
export function attemptInWords({ name, reason, detail }: UnansweredServer): string {
  return `${shown(name)} was tried and gave no tools (${shown(reason)}: ${shown(detail, LONGEST_DETAIL)}). What it can do is unknown, not harmless.`;
}
