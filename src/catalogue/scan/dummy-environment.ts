import { SANDBOX_HOME } from './sandbox.ts';

/**
 * Made-up values for the variables that a server wants to see before it starts. They look like what they stand for, so
 * that a check of their form passes, and lead nowhere: every address is one of this machine that nobody listens on.
 */
export function dummyValue(name: string): string {
  const key = name.toUpperCase();
  return DUMMIES.find(([pattern]) => pattern.test(key))?.[1] ?? 'dummy';
}

const NOWHERE = '127.0.0.1:9';

const DUMMIES: readonly (readonly [pattern: RegExp, value: string])[] = [
  [/MONGO.*(?:UR[IL]|STRING)|MDB_.*STRING/, `mongodb://user:dummy@${NOWHERE}/dummy`],
  [/REDIS.*UR[IL]/, `redis://${NOWHERE}`],
  [/MYSQL.*(?:UR[IL]|STRING)/, `mysql://user:dummy@${NOWHERE}/dummy`],
  [
    /(?:POSTGRES|PG|SUPABASE_DB|DATABASE|DB).*(?:UR[IL]|STRING|DSN)|^DSN$/,
    `postgresql://user:dummy@${NOWHERE}/dummy`,
  ],
  [/NEO4J.*UR[IL]|BOLT/, `bolt://${NOWHERE}`],
  [/WS.*UR[IL]|WEBSOCKET|WSS/, `ws://${NOWHERE}`],
  [/SUPABASE_URL/, 'https://dummy.supabase.co'],
  [/(?:UR[IL]|ENDPOINT|BASE|SERVER|ORIGIN|INSTANCE)$|RPC/, `http://${NOWHERE}`],
  [/HOST(?:NAME)?$|DOMAIN$/, '127.0.0.1'],
  [/PORT$/, '9'],
  [/EMAIL|(?:USER_?)?MAIL$/, 'dummy@example.com'],
  [/MNEMONIC|SEED/, 'test test test test test test test test test test test junk'],
  [/PRIVATE_KEY$/, `0x${'1'.repeat(64)}`],
  [/(?:WALLET|CONTRACT|PUBLIC)_?(?:ADDRESS|KEY)?$/, `0x${'1'.repeat(40)}`],
  [/JSON|HEADERS/, '{}'],
  [/(?:PATH|DIR|DIRECTORY|FOLDER|ROOT|FILE|VAULT|WORKSPACE)S?$/, SANDBOX_HOME],
  [/REGION$/, 'us-east-1'],
  [/(?:TIMEOUT|LIMIT|MAX|MIN|INTERVAL|TTL|RETRIES|SIZE)/, '1000'],
  [/^(?:DEBUG|ENABLE|DISABLE|IS|USE|ALLOW|READ_?ONLY|VERBOSE)|_(?:ENABLED|ONLY|DEBUG)$/, 'false'],
  [/LOG_?LEVEL/, 'error'],
  [/NODE_ENV/, 'production'],
  [/TRANSPORT|MODE$/, 'stdio'],
  [
    /(?:CHAIN|ACCOUNT|PROJECT|ORG|ORGANIZATION|TEAM|WORKSPACE|USER|APP|CLIENT|CHAT|CHANNEL)_?IDS?$/,
    '123456789',
  ],
  [/UUID|TENANT/, '00000000-0000-4000-8000-000000000000'],
  [/YEAR/, '2026'],
  [/STRIPE/, 'sk_test_dummy0123456789abcdef0123'],
  [/GITHUB|GH_/, 'ghp_dummy0123456789abcdef0123456789abcd'],
  [/SLACK/, 'xoxb-0000000000-dummy0123456789'],
  [/OPENAI|ANTHROPIC/, 'sk-dummy0123456789abcdef0123456789abcdef'],
  [/TELEGRAM.*TOKEN|BOT_TOKEN/, '123456789:dummy0123456789abcdef0123456789abcd'],
  [/KEY|TOKEN|SECRET|PASS|PAT$|CREDENTIAL|COOKIE/, 'dummy0123456789abcdef0123456789abcdef'],
];

/** A stand-in for a placeholder in documented arguments: `<api-key>`, `/path/to/dir`, `YOUR_TOKEN`, `${KEY}`. */
export function dummyArgument(text: string): string {
  const flag = /^(--?[\w-]+=)(.*)$/.exec(text);
  if (flag) return `${flag[1]}${dummyArgument(flag[2] ?? '')}`;
  if (
    /^(?:\/path|\/Users|\/home|~|[A-Z]:\\|\.\/|\/absolute)/i.test(text) ||
    /path\/to|\bdir(?:ectory)?\b|folder/i.test(text)
  )
    return SANDBOX_HOME;
  const placeholder = /^(?:<.*>|\[.*\]|\{.*\}|\$\{.*\}|\$[A-Z_]+|(?:YOUR|MY|REPLACE|INSERT)[-_ ].*)$/i.exec(
    text,
  );
  return placeholder ? dummyValue(text.replaceAll(/[^\w]+/g, '_').replaceAll(/^_+|_+$/g, '')) : text;
}
