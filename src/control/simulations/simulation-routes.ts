import * as z from 'zod';
import { knowListedTool } from '#policy';
import { simulateLog, type Capture, type Records } from '#records';
import { Lanes } from '../logs/lanes.ts';
import { DOCUMENT, notAPolicy, readDocument } from '../policies/policy-document.ts';
import type { PolicyParts } from '../policies/policy-parts.ts';
import { notFound, type Problem } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { SIMULATION, simulationAnswer } from './simulation-answer.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const USUAL_DAYS = 7;

export interface SimulationParts {
  readonly records: Pick<Records, 'scan'>;
  readonly serverOf: PolicyParts['serverOf'];
  readonly liveTools: PolicyParts['liveTools'];
  /** Captured arguments of a server's calls; undefined where the server does not capture. */
  readonly captureOf: (organisation: string, server: string) => Promise<Pick<Capture, 'open'> | undefined>;
}

/** What a policy would have said of the calls that were made. Values of arguments are looked at, and none is given out. */
export function simulationRoutes({
  records,
  serverOf,
  liveTools,
  captureOf,
}: SimulationParts): readonly Route[] {
  const lanes = new Lanes(1, BUSY);
  return [
    route({
      method: 'POST',
      path: '/servers/{server}/policies/{policy}/simulate',
      id: 'simulatePolicy',
      tag: 'Policies',
      summary: 'Decides recorded calls anew under a candidate, and lists what would change.',
      // a candidate that asks the right questions reads captured values off, bit by bit
      access: { kind: 'member', role: 'policy_manager', scope: 'policies:write' },
      body: z.strictObject({
        document: DOCUMENT,
        since: z.iso
          .datetime({ offset: true })
          .optional()
          .describe('Calls from then on, ISO 8601; of the last seven days when it is left out.'),
        calls: z
          .enum(['policy', 'server'])
          .default('policy')
          .describe('Which calls: of the grants that carried this policy, or all of the server.'),
      }),
      answer: SIMULATION,
      status: 200,
      refusals: [404, 422, 429],
      async run({ path: { server = '', policy = '' }, body, caller: { organisation }, at }) {
        if ((await serverOf(organisation, server)) === undefined) return notFound('server');
        const read = readDocument(body.document);
        if (!read.ok) return { problem: notAPolicy(read.problems) };
        return lanes.run(organisation, async () => {
          const listed = await liveTools(organisation, server);
          const tools =
            'unavailable' in listed
              ? undefined
              : new Map(listed.map((tool) => [tool.name, knowListedTool(tool, listed)]));
          const capture = await captureOf(organisation, server);
          const since = body.since === undefined ? at - USUAL_DAYS * DAY_MS : Date.parse(body.since);
          const simulation = await simulateLog(
            { store: records, capture },
            {
              server,
              ...(body.calls === 'policy' && { policy }),
              since,
              candidate: read.document,
              ...(tools && { tools }),
            },
          );
          return { answer: simulationAnswer(simulation, since, capture !== undefined) };
        });
      },
    }),
  ];
}

const BUSY: Problem = {
  status: 429,
  code: 'simulation.running',
  detail: 'A simulation of your organisation is running already.',
  hint: 'Wait until it has ended.',
  retryAfter: 5,
};
