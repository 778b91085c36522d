import { hash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import type { Problem } from '../problem.ts';
import type { PeopleParts } from './people-parts.ts';

/** What a body may carry it in. */
export const SETUP_CODE = z
  .string()
  .max(64)
  .optional()
  .describe(
    'Where `setupCode` of the sign-in options is true: the code that the gateway showed when it was started.',
  );

/** Whether the first organisation is still to be founded, and whoever does it must know the setup code. */
export async function wantsSetupCode({
  organisations,
  setupCode,
}: Pick<PeopleParts, 'organisations' | 'setupCode'>): Promise<boolean> {
  return setupCode !== undefined && (await organisations.count()) === 0;
}

/** Why the first organisation may not be founded with what was given as the setup code; undefined when it may. */
export async function refusedSetup(
  parts: Pick<PeopleParts, 'organisations' | 'setupCode'>,
  given: string | undefined,
): Promise<Problem | undefined> {
  if (!(await wantsSetupCode(parts)) || isSame(given ?? '', parts.setupCode ?? '')) return undefined;
  return {
    status: 403,
    code: 'people.setup_code',
    detail: 'The first account of this gateway needs its setup code.',
    hint: 'It stands where the gateway was started, below the address of the dashboard. Ask whoever started it.',
    errors: [
      {
        pointer: '/setupCode',
        message: given === undefined ? 'is required' : 'is not the setup code of this gateway',
      },
    ],
  };
}

/** Typed by hand: dashes, spaces and the case of letters do not matter. */
function isSame(given: string, code: string): boolean {
  const [a, b] = [given, code].map((text) =>
    hash('sha256', text.replaceAll(/[\s-]/g, '').toUpperCase(), 'buffer'),
  );
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
