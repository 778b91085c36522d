// Yardstick: a bare pass-through on the parts that the gateway stands on, node:http in front and undici's
// `Pool.dispatch` behind. It looks at nothing: what a gateway costs above it is the price of governing.
//
//   node bench/dispatch-proxy.mjs UPSTREAM_PORT
import { createServer } from 'node:http';
import { Pool } from 'undici';

const pool = new Pool(`http://127.0.0.1:${process.argv[2]}`);

class PassThrough {
  #outgoing;
  #chunks = [];
  #status = 502;
  #type = 'application/json';

  constructor(outgoing) {
    this.#outgoing = outgoing;
  }

  onRequestStart() {}

  onResponseStart(_, status, headers) {
    this.#status = status;
    this.#type = headers['content-type'] ?? this.#type;
  }

  onResponseData(_, chunk) {
    this.#chunks.push(chunk);
  }

  onResponseEnd() {
    const body = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    this.#outgoing.writeHead(this.#status, { 'content-type': this.#type, 'content-length': body.length });
    this.#outgoing.end(body);
  }

  onResponseError() {
    this.#outgoing.writeHead(502).end();
  }
}

const server = createServer((incoming, outgoing) => {
  const chunks = [];
  incoming.on('data', (chunk) => chunks.push(chunk));
  incoming.on('end', () => {
    const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    const headers = ['content-type', 'application/json', 'accept', incoming.headers.accept ?? ''];
    pool.dispatch({ path: incoming.url, method: 'POST', headers, body }, new PassThrough(outgoing));
  });
});
server.listen(0, '127.0.0.1', () => console.log(`ready on http://127.0.0.1:${server.address().port}`));
