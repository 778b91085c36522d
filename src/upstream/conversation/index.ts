/**
 * upstream/conversation/: one connection to one server, shared by all callers; what carries it is the caller's choice.
 *
 * Guarantees:
 * - Ids and progress tokens of callers never meet; an answer goes only to the one who asked.
 * - Toward agents both eras are spoken, whatever the server speaks. The characters that were judged are sent.
 * - A connection that ended is opened again with growing pauses, never two at once; nothing is sent twice.
 * - The server's own requests are refused: with one connection for all there is nobody in particular to ask.
 */
export { type BackoffLimits } from './backoff.ts';
export { type Link, type LinkListener } from './connection-keeper.ts';
export { progressTokenOf } from './compose.ts';
export { ConversationUpstream, type ConversationUpstreamOptions } from './conversation-upstream.ts';
export { printable } from './printable.ts';
export { readServerMessage, type OversizeLine, type ServerMessage } from './server-message.ts';
export { settlesWithin } from './settles-within.ts';
