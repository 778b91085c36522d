/** Fewest and most characters of a password. */
export const SHORTEST_PASSWORD = 10;
export const LONGEST_PASSWORD = 200;

/** The commonest ones that are long enough; what follows from the other rules is not listed. */
const COMMON: ReadonlySet<string> = new Set([
  'password12',
  'password123',
  'password1234',
  'password12345',
  'passwordpassword',
  'p@ssw0rd123',
  'passw0rd123',
  'iloveyou123',
  'iloveyou1234',
  'letmein123',
  'letmein1234',
  'welcome123',
  'welcome1234',
  'changeme123',
  'changeme1234',
  'administrator',
  'adminadmin',
  'admin12345',
  'admin123456',
  'qwerty1234',
  'qwerty12345',
  'qwerty123456',
  'qwertyuiop',
  'qwertyuiop123',
  '1q2w3e4r5t',
  '1q2w3e4r5t6y',
  '1qaz2wsx3edc',
  'qazwsxedcrfv',
  'zaq12wsxcde3',
  'asdfghjkl123',
  'abcd123456',
  'abc1234567',
  'football123',
  'baseball123',
  'superman123',
  'sunshine123',
  'princess123',
  'monkey12345',
  'dragon12345',
  'trustno1trustno1',
  'unknown123',
  'toolgate123',
]);
const FEWEST_DIFFERENT = 5;

/**
 * What is wrong with a password, for the person who chose it; undefined for one that will do. `email` is the address of the account,
 * where it is known.
 */
export function passwordFault(password: string, email?: string): string | undefined {
  const length = Array.from(password).length;
  if (length < SHORTEST_PASSWORD) return `A password has at least ${SHORTEST_PASSWORD} characters.`;
  if (length > LONGEST_PASSWORD) return `A password has at most ${LONGEST_PASSWORD} characters.`;
  const plain = password.normalize('NFKC').toLowerCase();
  if (email !== undefined && isAddress(plain, email.toLowerCase()))
    return 'The password must not be the e-mail address.';
  const isCommon = COMMON.has(plain) || new Set(plain).size < FEWEST_DIFFERENT || isRun(plain);
  return isCommon ? 'This password is one of those that are tried first.' : undefined;
}

function isAddress(password: string, email: string): boolean {
  return password === email || password === email.slice(0, email.lastIndexOf('@'));
}

/** Whether every character is the one after, or before, the one to its left: `1234567890`, `abcdefghij`. */
function isRun(text: string): boolean {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => {
    const step = code - (codes[index] ?? 0);
    return step === -9 ? 1 : step === 9 ? -1 : step; // 0 follows 9
  });
  const [first] = steps;
  return (first === 1 || first === -1) && steps.every((step) => step === first);
}
