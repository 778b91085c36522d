import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayRig } from '../support/gateway-rig.ts';
import { runSuite } from './suite.ts';
import { ConformingTaskServer } from './tasks-server.ts';

/** The scenarios of the official suite for the tasks extension, directly and through the gateway. */
describe('the gateway changes no verdict about tasks', () => {
  const server = new ConformingTaskServer();
  let direct = '';
  let rig: GatewayRig;
  beforeAll(async () => {
    direct = await server.start();
    rig = await GatewayRig.start({
      policy: { version: '1', default: 'allow', arguments: 'any' },
      serverUrl: direct,
      methods: { tasks: true },
      open: true,
    });
  });
  afterAll(async () => {
    await rig.close();
    await server.close();
  });

  it.each([
    'tasks-lifecycle',
    'tasks-capability-negotiation',
    'tasks-wire-fields',
    'tasks-request-state-removal',
    'tasks-mrtr-input',
    'tasks-request-headers',
    'tasks-dispatch-and-envelope',
    'tasks-status-notifications',
    'tasks-required-task-error',
    'tasks-mrtr-composition',
  ])('%s', async (scenario) => {
    const args = ['--scenario', scenario, '--spec-version', '2026-07-28', '--force'];
    const [expected, through] = await Promise.all([runSuite(direct, args), runSuite(rig.url, args)]);
    expect(expected.complaints).toEqual([]);
    expect(through.complaints).toEqual([]);
    expect(through.verdicts).toEqual(expected.verdicts);
  });
});
