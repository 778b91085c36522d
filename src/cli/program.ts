import { Command, CommanderError } from 'commander';
import { ToolgateError } from '#platform';
import { approvalsCommand } from './approvals.ts';
import { auditCommand } from './audit.ts';
import { backupCommand } from './backup.ts';
import { catalogueCommand } from './catalogue.ts';
import { checkCommand } from './check.ts';
import { CheckFailed } from './check-failed.ts';
import { classifyCommand } from './classify.ts';
import { grantsCommand } from './grants.ts';
import { keysCommand } from './keys.ts';
import { loginCommand } from './login.ts';
import { logoutCommand } from './logout.ts';
import { logsCommand } from './logs.ts';
import { policyCommand } from './policy.ts';
import { proxyCommand } from './proxy.ts';
import { recommendCommand } from './recommend.ts';
import type { Compose } from './assembly.ts';
import { packageVersion } from './package-version.ts';
import { restoreCommand } from './restore.ts';
import { scanCommand } from './scan.ts';
import { serveCommand } from './serve.ts';
import { WorkerFailed } from './workers.ts';
import { wrapCommand } from './wrap.ts';

/** Exit codes of every command. */
export const EXIT = { fine: 0, checkFailed: 1, wrongUse: 2, bug: 70 } as const;

export function createProgram(compose: Compose): Command {
  const program = new Command('toolgate')
    .description('A policy gateway for MCP: nothing reaches a server without passing the rules you wrote.')
    .version(packageVersion())
    .enablePositionalOptions()
    .showHelpAfterError('(add --help for the options and examples)')
    .addHelpText(
      'after',
      '\nExit codes: 0 fine, 1 the thing checked is not fine, 2 wrong use or configuration, 70 a fault of toolgate itself.',
    );
  const commands = [
    serveCommand(compose),
    proxyCommand(compose),
    wrapCommand(compose),
    policyCommand(compose),
    classifyCommand(),
    recommendCommand(),
    scanCommand(),
    catalogueCommand(),
    grantsCommand(),
    loginCommand(),
    logoutCommand(),
    logsCommand(),
    approvalsCommand(),
    auditCommand(),
    keysCommand(),
    backupCommand(),
    restoreCommand(),
    checkCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of [program, ...commands, ...commands.flatMap((parent) => parent.commands)])
    command.exitOverride();
  return program;
}

/** Runs a command line and gives its exit code. What was wrong is on standard error, with what to do about it. */
export async function runProgram(create: () => Command, argv: readonly string[]): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreBrokenPipe);
  try {
    await create().parseAsync(argv);
    return EXIT.fine;
  } catch (error) {
    if (error instanceof CheckFailed) return EXIT.checkFailed;
    if (error instanceof WorkerFailed) return error.exitCode;
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.wrongUse;
    if (error instanceof ToolgateError) {
      const lines = [
        `toolgate: ${error.message}`,
        ...error.details.map((detail) => `  ${detail}`),
        ...(error.hint ? [error.hint] : []),
      ];
      process.stderr.write(`${lines.join('\n')}\n`);
      return EXIT.wrongUse;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`toolgate: this is a fault of toolgate itself; please report it.\n${text}\n`);
    return EXIT.bug;
  }
}

/** Who reads what is written may go before its end (`| head`): the rest is nobody's, and no fault. */
function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
