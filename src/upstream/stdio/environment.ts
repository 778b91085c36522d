const POSIX_BASE = [
  'PATH',
  'HOME',
  'LANG',
  'TZ',
  'TMPDIR',
  'USER',
  'SHELL',
  'TERM',
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
];

const WINDOWS_BASE = [
  ...POSIX_BASE,
  'APPDATA',
  'COMSPEC',
  'HOMEDRIVE',
  'HOMEPATH',
  'LOCALAPPDATA',
  'NUMBER_OF_PROCESSORS',
  'PATHEXT',
  'PROCESSOR_ARCHITECTURE',
  'PROGRAMDATA',
  'PROGRAMFILES',
  'PROGRAMFILES(X86)',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'TMP',
  'USERNAME',
  'USERPROFILE',
  'WINDIR',
];

/**
 * The environment of a child: a short list of harmless variables of ours, then the configured ones. Never our whole
 * environment, which holds the gateway's own secrets.
 */
export function childEnvironment(
  configured: Readonly<Record<string, string>>,
  own: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const isWindows = platform === 'win32';
  const base = new Set(isWindows ? WINDOWS_BASE : POSIX_BASE);
  const passed = Object.entries(own).filter((entry): entry is [string, string] => {
    const name = isWindows ? entry[0].toUpperCase() : entry[0];
    return entry[1] !== undefined && (base.has(name) || name.startsWith('LC_'));
  });
  return { ...Object.fromEntries(passed), ...configured };
}
