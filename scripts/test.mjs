// The whole test command: build, check (format, lint, types), then every test; ends with one line that counts them.
//
//   npm test                 everything
//   npm test -- src/policy   only tests whose path contains the text (the checks still run)
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bin = (name) => join('node_modules', '.bin', name);
const report = join(mkdtempSync(join(tmpdir(), 'toolgate-test-')), 'report.json');

function run(title, command, args) {
  console.log(`\n— ${title}`);
  const { status, error } = spawnSync(command, args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) console.error(error.message);
  return status === 0;
}

let isGreen =
  run('build', 'npm', ['run', '--silent', 'build']) &&
  run('format, lint, types', 'npm', ['run', '--silent', 'check']);
if (isGreen) {
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  isGreen = run('tests', bin('vitest'), [...args, ...process.argv.slice(2)]);
  try {
    const counts = JSON.parse(readFileSync(report, 'utf8'));
    const skipped = counts.testResults.flatMap((file) =>
      file.assertionResults
        .filter(({ status }) => status === 'skipped' || status === 'pending' || status === 'todo')
        .map(({ fullName }) => fullName),
    );
    for (const name of skipped) console.log(`SKIPPED  ${name}`);
    console.log(
      `\nTests: ${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${skipped.length} skipped`,
    );
  } catch (error) {
    console.error(`No test report: ${error.message}`);
    isGreen = false;
  }
}
rmSync(join(report, '..'), { recursive: true, force: true });
process.exitCode = isGreen ? 0 : 1;
