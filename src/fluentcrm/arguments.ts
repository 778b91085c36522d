import * as z from 'zod';

// The argument types that the tools share. Descriptions come from the language tables, by argument name.

export const id = z.int().min(1);

/** 1 to 50 different ids. */
export const ids = z
  .array(id)
  .min(1)
  .max(50)
  .refine((list) => new Set(list).size === list.length, 'the ids must differ from one another')
  .meta({ uniqueItems: true });

export const paging = {
  page: z.int().min(1).default(1),
  per_page: z.int().min(1).max(100).default(20),
};

export const search = z.string().trim().min(1).max(100);
export const title = z.string().trim().min(1).max(190);
export const shortText = z.string().max(190);
export const description = z.string().max(500);
export const body = z.string().min(1).max(200_000);

// A plain pattern without look-ahead, so that any validator (RE2 too) can check it; FluentCRM checks the rest.
export const email = z.email({ pattern: /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/ }).max(190);

/** Two letters, ISO 3166-1; stored in capitals. */
export const country = z
  .string()
  .max(2)
  .regex(/^[A-Za-z]{2}$/, 'must be a two-letter country code, e.g. PL');

export const slug = z
  .string()
  .max(100)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case letters and digits, joined by hyphens');

export const CONTACT_STATUSES = [
  'subscribed',
  'pending',
  'unsubscribed',
  'transactional',
  'bounced',
  'complained',
  'spammed',
] as const;

export const CAMPAIGN_STATUSES = [
  'draft',
  'pending-scheduled',
  'processing',
  'scheduled',
  'working',
  'paused',
  'archived',
] as const;

/** One to all of the values, each at most once. */
export function someOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z
    .array(z.enum(values))
    .min(1)
    .max(values.length)
    .refine((list) => new Set(list).size === list.length, 'the values must differ from one another')
    .meta({ uniqueItems: true });
}

/** The text of zod's issues, one sentence an issue, naming arguments but never their values. */
export function describeIssues(issues: readonly z.core.$ZodIssue[]): {
  text: string;
  field: string | undefined;
} {
  const faults = issues.slice(0, 10).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.slice(0, 5).map((key) => ({ field: key.slice(0, 60), text: 'unknown argument' }));
    }
    return [{ field: issue.path.join('.'), text: issue.message }];
  });
  return {
    text: faults.map(({ field, text }) => (field === '' ? text : `${field}: ${text}`)).join('; '),
    field: faults.find(({ field }) => field !== '')?.field,
  };
}
