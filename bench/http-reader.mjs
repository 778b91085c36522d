// Cuts the bytes of one kept-alive connection into HTTP/1.1 messages. For peers that are known to write correct ones:
// fast, and no model for a server that strangers can reach.

const HEAD_END = Buffer.from('\r\n\r\n');
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;

export class HttpReader {
  #chunks = [];
  #size = 0;
  #needed = 0;

  /** Takes bytes in and returns the messages they completed: the text of the head and the bytes of the body. */
  push(bytes) {
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    const messages = [];
    while (this.#size > 0 && this.#size >= this.#needed) {
      const buffer = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
      const message = this.#cut(buffer);
      const rest = message ? buffer.subarray(message.end) : buffer;
      this.#chunks = rest.length > 0 ? [rest] : [];
      this.#size = rest.length;
      if (!message) break;
      this.#needed = 0;
      messages.push(message);
    }
    return messages;
  }

  #cut(buffer) {
    const headEnd = buffer.indexOf(HEAD_END);
    if (headEnd < 0) {
      this.#needed = buffer.length + 1;
      return undefined;
    }
    const head = buffer.latin1Slice(0, headEnd);
    const start = headEnd + HEAD_END.length;
    if (CHUNKED.test(head)) return this.#cutChunked(buffer, head, start);
    const end = start + Number(CONTENT_LENGTH.exec(head)?.[1] ?? 0);
    this.#needed = end;
    return buffer.length < end ? undefined : { head, body: buffer.subarray(start, end), end };
  }

  #cutChunked(buffer, head, start) {
    this.#needed = buffer.length + 1;
    const parts = [];
    for (let at = start; ;) {
      const lineEnd = buffer.indexOf('\r\n', at);
      if (lineEnd < 0) return undefined;
      const size = Number.parseInt(buffer.latin1Slice(at, lineEnd), 16);
      const next = lineEnd + 2 + size + 2;
      if (buffer.length < next) return undefined;
      if (size === 0) return { head, body: Buffer.concat(parts), end: next };
      parts.push(buffer.subarray(lineEnd + 2, lineEnd + 2 + size));
      at = next;
    }
  }
}
