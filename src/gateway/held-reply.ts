import { ERROR_CODES, errorAnswer, isJsonObject, type ApprovalMeta, type JsonRpcRequest } from '#mcp';
import type { SseEvent } from '#mcp';
import type { AgentReply, AgentRequest, ReplyWatcher } from './agent-request.ts';

const PROGRESS_MS = 10_000;
/** So small that whatever progress the server tells afterwards is more: progress must only ever rise. */
const STEP = 1e-9;

/**
 * The answer to a call that waits for a person. It may have to begin as an event stream before anybody knows what the answer will be;
 * then a whole answer becomes the last event.
 */
export class HeldReply implements AgentReply, ReplyWatcher {
  readonly #reply: AgentReply;
  readonly #request: AgentRequest;
  readonly #message: JsonRpcRequest;
  #watcher: ReplyWatcher | undefined;
  #isStreaming = false;
  #isGone = false;
  #whenGone: (() => void) | undefined;

  constructor(reply: AgentReply, request: AgentRequest, message: JsonRpcRequest) {
    this.#reply = reply;
    this.#request = request;
    this.#message = message;
    reply.watch(this);
  }

  /** The agent went away. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /**
   * Tells the agent that its call waits, now and every ten seconds, where it asked for progress; an open stream tells what lies between
   * that the connection lives. Gives back what ends the telling.
   */
  tellWaiting({ id, url }: ApprovalMeta, whenGone: () => void): () => void {
    this.#whenGone = whenGone;
    if (this.#isGone) whenGone();
    const { transport, observation } = this.#request;
    if (transport === 'http' && !this.#request.header('accept')?.includes('text/event-stream'))
      return () => {};
    observation.streamOpened();
    this.stream({});
    const meta = this.#message.params?.['_meta'];
    const progressToken = isJsonObject(meta) ? meta['progressToken'] : undefined;
    if (typeof progressToken !== 'string' && typeof progressToken !== 'number') return () => {};
    let told = 0;
    const message = `A person must agree to this call${url === undefined ? '' : `, at ${url}`} (approval ${id}).`;
    const tell = (): void => {
      const params = { progressToken, progress: told++ * STEP, message };
      this.event({
        data: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params }),
        hasData: true,
      });
    };
    tell();
    const timer = setInterval(tell, PROGRESS_MS);
    return () => clearInterval(timer);
  }

  answer(
    status: number,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array | string | undefined,
  ): void {
    if (!this.#isStreaming) return this.#reply.answer(status, headers, body);
    this.event({ data: body === undefined ? this.#refused(status) : textOf(body), hasData: true });
    this.end();
  }

  stream(headers: Readonly<Record<string, string>>): void {
    if (this.#isStreaming) return;
    this.#isStreaming = true;
    this.#reply.stream(headers);
  }

  event(event: SseEvent): boolean {
    return this.#reply.event(event);
  }

  end(): void {
    this.#reply.end();
  }

  watch(watcher: ReplyWatcher): void {
    this.#watcher = watcher;
    if (this.#isGone) watcher.onAgentClosed(false);
  }

  onAgentClosed(completed: boolean): void {
    this.#isGone = !completed;
    if (this.#watcher) return this.#watcher.onAgentClosed(completed);
    if (completed) return;
    this.#request.observation.finished(499);
    this.#whenGone?.();
  }

  onAgentDrained(): void {
    this.#watcher?.onAgentDrained();
  }

  /** A bare status has no place in a stream that was begun with 200. */
  #refused(status: number): string {
    const text = `The server answered with HTTP ${status}.`;
    return JSON.stringify(errorAnswer(this.#message.id, ERROR_CODES.internalError, text));
  }
}

function textOf(body: Uint8Array | string): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}
