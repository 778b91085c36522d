/**
 * upstream/stdio/: a command on this machine as an MCP server.
 *
 * Guarantees:
 * - One child serves all callers of a server, and never are two of its children alive at once.
 * - No process outlives the gateway: a watcher in the child's process group ends the group when the gateway dies, even
 *   by SIGKILL. (A process that leaves its group on purpose escapes; on Windows only an orderly stop ends grandchildren.)
 * - The child sees a short list of harmless variables and the configured ones, never the gateway's environment.
 * - Ids and progress tokens of callers never meet; an answer goes only to the one who asked.
 * - A child that is slow, silent, noisy or dead costs its own callers an error within the limits, and others nothing.
 */
export {
  createStdioUpstream,
  type StdioUpstreamLimits,
  type StdioUpstreamOptions,
} from './stdio-upstream.ts';
export { type BackoffLimits } from '../conversation/index.ts';
