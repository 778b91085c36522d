/** How a command is started. */
export interface LaunchPlan {
  readonly file: string;
  readonly args: readonly string[];
  /** True when the command runs in a process group of its own, with a watcher that holds file descriptor 3. */
  readonly isGuarded: boolean;
}

/**
 * Run by /bin/sh in front of the command. The watcher waits for the end of file descriptor 3, a pipe from the gateway
 * that nobody writes to: its end means that the gateway is gone, however it died. The watcher then ends the whole
 * process group, politely first. Being a member itself, it also keeps the group's number from being given to others.
 * The shell becomes the command, so exit codes and signals are the command's own. No user text is in the script: the
 * command and its arguments are positional parameters. `kill -TERM -$$` is the one form that dash, bash and ash share.
 */
export const GUARD_SCRIPT = `(
trap '' TERM HUP INT QUIT
PATH=/usr/bin:/bin:$PATH
while read -r _; do :; done <&3
kill -TERM -$$
sleep 2
kill -KILL -$$
) </dev/null >/dev/null 2>&1 &
exec 3<&-
exec "$@"`;

/**
 * The command line that starts `command` so that neither it nor its children outlive the gateway. Windows has no
 * process groups of this kind; there the command is started as it is.
 */
export function guardedLaunch(
  command: string,
  args: readonly string[],
  platform: NodeJS.Platform = process.platform,
): LaunchPlan {
  if (platform === 'win32') return { file: command, args, isGuarded: false };
  return { file: '/bin/sh', args: ['-c', GUARD_SCRIPT, 'toolgate', command, ...args], isGuarded: true };
}
