import { describe, expect, it } from 'vitest';
import { runClientSuite } from './suite.ts';

/**
 * The client scenarios of the official conformance suite: it is the server, and its authorization servers, and judges what
 * arrives from the gateway's upstream side, while an official client calls through the gateway. No scenario that a
 * revision requires may fail.
 */

/** Extensions that the gateway does not have. No revision requires them; the suite runs them all the same. */
const EXTENSIONS = [
  'auth/dpop', // tokens bound to a key
  'auth/dpop-nonce',
  'auth/enterprise-managed-authorization', // tokens from an identity provider of the company
  'auth/wif-jwt-bearer', // tokens from the platform that the client runs on
];

describe('the gateway as a client of its upstream', () => {
  it.each([
    { run: '--requirements 2025-11-25', scenarios: 25, failing: EXTENSIONS },
    { run: '--requirements 2026-07-28', scenarios: 39, failing: EXTENSIONS },
    { run: '--suite backcompat', scenarios: 2, failing: [] },
  ])(
    '$run',
    async ({ run, scenarios, failing }) => {
      const outcome = await runClientSuite(run.split(' '));
      const complaints = outcome.complaints.filter(
        (complaint) => !EXTENSIONS.some((name) => complaint.startsWith(`${name}:`)),
      );
      expect(complaints).toEqual([]);
      expect(outcome.failing).toEqual(failing);
      expect(Object.keys(outcome.verdicts)).toHaveLength(scenarios);
      expect(outcome.code).toBe(0);
    },
    400_000,
  );
});
