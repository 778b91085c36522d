import { Socket, type Server } from 'node:net';

/** A connection of an agent, and the bytes that come on it. */
export interface AgentSocket {
  readonly socket: Socket;
  /** What comes from now on goes to one listener, and not into the stream. The bytes are the listener's own. */
  listen(listener: (bytes: Buffer) => void): void;
  /** What comes from now on goes into the stream, for whoever reads that. */
  release(): void;
}

/** A connection as the server hands it out. `isTried`: sockets of this Node are made as is known here. */
export function agentSocketOf(accepted: Socket, server: Server, isTried = IS_TRIED): AgentSocket {
  return (isTried ? directly(accepted, server) : undefined) ?? throughStream(accepted);
}

function throughStream(socket: Socket): AgentSocket {
  let listening: ((bytes: Buffer) => void) | undefined;
  return {
    socket,
    listen(listener) {
      listening = listener;
      socket.on('data', listener);
    },
    release() {
      if (listening) socket.off('data', listening);
    },
  };
}

/*
 * Sockets that a program connects itself can be read into a buffer of its own (`onread`), without the machinery of streams: no 64 kB
 * for every piece that comes, nothing done a turn later. Those that a server accepts cannot, as far as it is documented. So another socket is
 * made of the accepted one's handle. How that is done has been the same for many versions of Node; where it was not tried, or something is not
 * where it was, the accepted socket is read as any other. On Windows the system fills a buffer while others are read, so that they could not share it.
 */
const IS_TRIED =
  process.platform !== 'win32' && ['20', '22', '24'].includes(process.versions.node.split('.', 1)[0] ?? '');

const READ_BYTES = 64 * 1024;
/** For all connections: what is read is taken out before the next one is. */
let readBuffer: Buffer | undefined;

interface Handle {
  reading?: boolean;
  readStop?: () => unknown;
  useUserBuffer?: unknown;
}

/** What a socket of Node is made of. */
interface SocketParts {
  _handle?: Handle | null;
  _server?: Server | null;
  server?: Server | null;
}

function directly(accepted: Socket, server: Server): AgentSocket | undefined {
  const parts = accepted as SocketParts;
  const handle = parts._handle;
  if (!handle?.readStop || !handle.useUserBuffer || handle.reading !== true || parts._server !== server)
    return undefined;
  handle.readStop();
  handle.reading = false;
  parts._handle = null;
  parts._server = null;

  let listening: ((bytes: Buffer) => void) | undefined;
  const options = {
    handle,
    allowHalfOpen: accepted.allowHalfOpen,
    readable: true,
    writable: true,
    onread: {
      buffer: (readBuffer ??= Buffer.allocUnsafeSlow(READ_BYTES)),
      callback: (size: number, buffer: Uint8Array): boolean => {
        const bytes = Buffer.allocUnsafe(size);
        bytes.set(buffer.subarray(0, size));
        if (listening === undefined) return socket.push(bytes);
        listening(bytes);
        return true;
      },
    },
  };
  const socket = new Socket(options);
  // so that it counts as a connection of the server until it is closed
  Object.assign(socket, { _server: server, server } satisfies SocketParts);
  return {
    socket,
    listen(listener) {
      listening = listener;
    },
    release() {
      listening = undefined;
    },
  };
}
