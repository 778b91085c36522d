import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { GatewayRig } from '../../support/gateway-rig.ts';

/**
 * Ways round a policy that allows `echo` alone, each refused before anything reaches the server. One gateway serves all
 * attempts of a file; after each of them nothing may have arrived.
 */
export function guardedRig(): { readonly rig: GatewayRig; expectNothingArrived(): void } {
  let started: GatewayRig | undefined;
  const running = (): GatewayRig => {
    if (!started) throw new Error('the gateway is not started yet');
    return started;
  };
  beforeAll(async () => {
    started = await GatewayRig.start({
      policy: {
        version: '1',
        default: 'deny',
        tools: {
          echo: {},
          pay: { deny_if: [{ conditions: [{ path: 'args.amount', op: 'gt', value: 100 }] }] },
        },
      },
      upstream: { sessions: true },
    });
    await started.call('echo');
  });
  beforeEach(() => {
    running().upstream.arrivals.length = 0;
  });
  afterAll(() => running().close());
  return {
    get rig() {
      return running();
    },
    expectNothingArrived: () => expect(running().upstream.arrivals).toEqual([]),
  };
}

/** The beginning of a call, up to its parameters. */
export const CALL = '"jsonrpc":"2.0","id":1,"method":"tools/call"';
