/**
 * upstream/legacy-sse/: a server that speaks HTTP with SSE, the transport of 2024-11-05.
 *
 * Guarantees:
 * - Agents never see the server's own address for messages: the gateway is the whole client of that transport.
 * - Messages are posted to the origin of the stream alone; the credential goes nowhere else, and nothing is followed.
 * - A call whose stream breaks ends as broken; it is not sent again. The session ends with the stream.
 * - A session belongs to one grant. It ends with DELETE, when nothing happened in it for long, or with the gateway.
 */
export {
  createLegacySseUpstream,
  type LegacySseLimits,
  type LegacySseUpstreamOptions,
} from './legacy-sse-upstream.ts';
