// What classifying one tool costs: CPU time per tool, in one process, over the corpus and over long descriptions.
//
//   npm run build && node bench/classify.mjs
import { readFileSync } from 'node:fs';
import { classify, familyOf } from '#risk';

const corpus = readFileSync(new URL('../src/risk/corpus/tools.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const long = corpus.map((tool) => ({ ...tool, description: `${tool.description} `.repeat(20) }));

function measure(title, tools) {
  const family = familyOf(tools.map(({ name }) => name));
  const once = () => {
    for (const tool of tools) classify(tool, family);
  };
  for (let i = 0; i < 3; i++) once();
  const rounds = 10;
  const before = process.cpuUsage();
  for (let i = 0; i < rounds; i++) once();
  const { user, system } = process.cpuUsage(before);
  const letters = tools.reduce((sum, { description }) => sum + description.length, 0) / tools.length;
  const micros = (user + system) / rounds / tools.length;
  console.log(
    `${title}: ${micros.toFixed(0)} µs a tool (${tools.length} tools, ${letters.toFixed(0)} characters each)`,
  );
}

measure('corpus', corpus);
measure('corpus, descriptions twenty times as long', long);
