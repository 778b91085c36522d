/** The first that a `User-Agent` names; browsers name those too that they come from, so the order counts. */
const PROGRAMS: readonly (readonly [sign: RegExp, name: string])[] = [
  [/\bEdg(?:A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bVersion\/[\d.]+.* Safari\//, 'Safari'],
  [/^curl\//, 'curl'],
];
const SYSTEMS: readonly (readonly [sign: RegExp, name: string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** "Firefox on Linux", as far as a `User-Agent` says it; undefined when it says nothing that is known. */
export function browserWords(agent: string | undefined): string | undefined {
  const program = PROGRAMS.find(([sign]) => sign.test(agent ?? ''))?.[1];
  const system = SYSTEMS.find(([sign]) => sign.test(agent ?? ''))?.[1];
  if (program === undefined) return system === undefined ? undefined : `A browser on ${system}`;
  return system === undefined ? program : `${program} on ${system}`;
}
