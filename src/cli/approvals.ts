import { userInfo } from 'node:os';
import { Command, Option } from 'commander';
import { createApprovals, type Approvals, type Decided, type ShownApproval } from '#approvals';
import { createNotifier } from '#notifications';
import { openKeyRing, resolveDataDir, silentLog, systemClock, ToolgateError } from '#platform';
import { createAudit, escapeControls, safeJson } from '#records';
import { openStore, type Approval, type ApprovalStatus, type ControlStore, type StoreOptions } from '#store';
import { databaseUrl } from './database-url.ts';

interface PlaceFlags {
  readonly organisation: string;
  readonly json?: true;
  readonly data?: string;
}

interface ListFlags extends PlaceFlags {
  readonly status: ApprovalStatus | 'all';
  readonly server?: string;
  readonly limit: string;
}

interface AnswerFlags extends PlaceFlags {
  readonly note: string;
}

const STATUS = ['pending', 'approved', 'denied', 'used', 'expired', 'all'];
const MAX_LISTED = 1000;
const INSTALLATION = 'default';

/** `toolgate approvals`: shows and decides calls that wait for a person, in the data folder of a gateway that may be running. */
export function approvalsCommand(): Command {
  return new Command('approvals')
    .description('Show calls that wait for a person, and let them through or refuse them.')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(answerCommand('approve'))
    .addCommand(answerCommand('deny'));
}

function listCommand(): Command {
  return withPlace(new Command('list'))
    .description('List held calls, newest first.')
    .addOption(new Option('--status <status>', 'only these').choices(STATUS).default('pending'))
    .option('--server <id>', 'only this server')
    .option('--limit <n>', `at most this many, the newest ones, up to ${MAX_LISTED}`, '100')
    .action((flags: ListFlags) =>
      withControl(flags, 'read', async ({ approvals }) => {
        const { status, server, organisation } = flags;
        const found = await approvals.list(organisation, {
          ...(status !== 'all' && { status }),
          ...(server !== undefined && { server }),
          limit: limitOf(flags.limit),
        });
        process.stdout.write(flags.json ? `${safeJson(found.map(toJson))}\n` : tableOf(found));
      }),
    );
}

function showCommand(): Command {
  return withPlace(new Command('show'))
    .description('Show one held call with its exact arguments.')
    .argument('<approval>', 'id, as `toolgate approvals list` shows it')
    .action((id: string, flags: PlaceFlags) =>
      withControl(flags, 'read', async ({ approvals }) => {
        const approval = await approvals.show(flags.organisation, id);
        if (approval === undefined) throw unknownApproval(id);
        process.stdout.write(
          flags.json
            ? `${safeJson({ ...toJson(approval), arguments: approval.arguments })}\n`
            : pageOf(approval),
        );
      }),
    );
}

function answerCommand(verdict: 'approve' | 'deny'): Command {
  const isYes = verdict === 'approve';
  return withPlace(new Command(verdict))
    .description(
      isYes
        ? 'Let a held call through, once: the agent makes it again, exactly as it was.'
        : 'Refuse a held call: the agent is told, and gets the same answer for a while.',
    )
    .argument('<approval>', 'id, as `toolgate approvals list` shows it')
    .option('--note <text>', 'what to tell the agent, and those who look later', '')
    .addHelpText(
      'after',
      `\nExample:\n  $ toolgate approvals ${verdict} apr_… --note ${isYes ? '"Agreed with sales."' : '"Not before Monday."'}`,
    )
    .action((id: string, flags: AnswerFlags) =>
      withControl(flags, 'existing', async (parts) => {
        const approval = answered(id, await decide(parts, id, verdict, flags));
        process.stdout.write(
          flags.json ? `${safeJson(toJson(approval))}\n` : `${sentenceOf(approval, isYes)}\n`,
        );
      }),
    );
}

interface Parts {
  readonly control: ControlStore;
  readonly approvals: Approvals;
}

/** The decision and its line in the audit log: both, or neither. */
function decide(
  { control, approvals }: Parts,
  id: string,
  verdict: 'approve' | 'deny',
  { organisation, note }: AnswerFlags,
): Promise<Decided> {
  const audit = createAudit({ store: control.audit, clock: systemClock });
  const name = accountName();
  const by = `cli:${name}`;
  return control.transaction(async () => {
    const decided = await approvals.decide(organisation, id, { verdict, by, note });
    if (decided.ok) {
      const { server, tool, grantId, policy, policyVersion, fingerprint, note: kept } = decided.approval;
      await audit.append(organisation, {
        actor: by,
        actorLabel: name,
        action: `approval.${verdict}`,
        target: `approval:${id}`,
        detail: { server, tool, grant: grantId, policy, policyVersion, fingerprint, note: kept },
      });
    }
    return decided;
  });
}

function answered(id: string, decided: Decided): Approval {
  if (decided.ok) return decided.approval;
  if (decided.reason === 'unknown') throw unknownApproval(id);
  throw new ToolgateError(
    'approval.not_pending',
    `${id} waits for nobody any more: it is ${decided.status}.`,
    {
      hint: 'When the agent makes the call again, it may be asked for anew.',
    },
  );
}

function unknownApproval(id: string): ToolgateError {
  return new ToolgateError('approval.unknown', `There is no approval "${id}".`, {
    hint: 'See `toolgate approvals list --status all`.',
  });
}

function limitOf(text: string): number {
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LISTED) return limit;
  throw new ToolgateError('usage.limit', `"${text}" is no number of rows from 1 to ${MAX_LISTED}.`, {
    hint: 'Give --limit a whole number.',
  });
}

function sentenceOf({ id, grantLabel, tool, server, expiresAt }: Approval, isYes: boolean): string {
  const call = escapeControls(`call ${tool} on ${server}`);
  const until = `until ${minuteOf(expiresAt)} UTC`;
  return isYes
    ? `Approved ${id}: ${escapeControls(grantLabel)} may ${call} once, ${until}.`
    : `Denied ${id}: ${escapeControls(grantLabel)} may not ${call}; the answer stands ${until}.`;
}

/** What is shown of an approval: everything but its arguments. */
function toJson(approval: Approval | ShownApproval): Record<string, unknown> {
  const { requestedAt, expiresAt, decidedAt, usedAt, ...rest } = approval;
  const {
    argumentsSealed: _sealed,
    arguments: _arguments,
    ...shown
  } = rest as typeof rest & {
    readonly argumentsSealed?: string;
    readonly arguments?: unknown;
  };
  return {
    ...shown,
    requestedAt: new Date(requestedAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    ...(decidedAt !== undefined && { decidedAt: new Date(decidedAt).toISOString() }),
    ...(usedAt !== undefined && { usedAt: new Date(usedAt).toISOString() }),
  };
}

function pageOf(approval: ShownApproval): string {
  const { id, status, server, tool, grantLabel, grantId, policy, policyVersion, rule, reason } = approval;
  const rows: readonly (readonly [string, string])[] = [
    ['id', id],
    ['status', status],
    ['call', `${tool} on ${server}`],
    ['grant', `${grantLabel} (${grantId})`],
    ['policy', `${policy}, version ${policyVersion}, rule ${rule}`],
    ['reason', reason],
    ['asked', `${minuteOf(approval.requestedAt)} UTC, ${approval.asked} time(s)`],
    ['ends', `${minuteOf(approval.expiresAt)} UTC`],
    ...(approval.decidedBy === undefined ? [] : [['decided by', approval.decidedBy] as const]),
    ...(approval.note === '' ? [] : [['note', approval.note] as const]),
  ];
  const lines = rows.map(([name, value]) => `${`${name}:`.padEnd(12)}${escapeControls(value)}`);
  const args =
    approval.arguments === undefined
      ? ['(none)']
      : JSON.stringify(approval.arguments, undefined, 2).split('\n').map(escapeControls);
  return `${[...lines, 'arguments:', ...args.map((line) => `  ${line}`)].join('\n')}\n`;
}

function tableOf(approvals: readonly Approval[]): string {
  if (approvals.length === 0) return 'No such calls.\n';
  const rows = approvals.map((approval) => [
    approval.id,
    approval.status,
    approval.server,
    approval.tool,
    approval.grantLabel,
    minuteOf(approval.requestedAt),
    minuteOf(approval.expiresAt),
  ]);
  const table = [['ID', 'STATUS', 'SERVER', 'TOOL', 'GRANT', 'ASKED (UTC)', 'ENDS (UTC)'], ...rows].map(
    (row) => row.map(escapeControls),
  );
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

function minuteOf(at: number): string {
  return new Date(at).toISOString().slice(0, 16);
}

/** Name of the account that runs the command; its number where it has no name. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

function withPlace(command: Command): Command {
  return command
    .option('--organisation <id>', 'organisation of the call', INSTALLATION)
    .option('--json', 'print JSON')
    .option('--data <dir>', 'data folder (default: TOOLGATE_DATA, else ./data)');
}

async function withControl(
  flags: PlaceFlags,
  access: NonNullable<StoreOptions['access']>,
  work: (parts: Parts) => Promise<void>,
): Promise<void> {
  const dataDir = resolveDataDir(flags.data);
  const store = openStore({ dataDir, access, databaseUrl: databaseUrl() });
  try {
    await store.ready();
    const { control } = store;
    const notifier = createNotifier({
      store: control.webhooks,
      clock: systemClock,
      log: silentLog,
      recipients: () => Promise.resolve([]),
    });
    const approvals = createApprovals({
      store: control.approvals,
      keys: openKeyRing(dataDir),
      clock: systemClock,
      log: silentLog,
      notify: (event) => notifier.notify(event), // a running gateway sends it
      approvalUrl: () => undefined, // only the gateway knows under which address people reach it
    });
    await work({ control, approvals });
  } finally {
    await store.close();
  }
}
