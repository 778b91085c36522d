/** Any JSON value, as parsed. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export type RequestId = string | number;

export interface JsonRpcRequest {
  readonly kind: 'request';
  readonly id: RequestId;
  readonly method: string;
  readonly params: JsonObject | undefined;
}

export interface JsonRpcNotification {
  readonly kind: 'notification';
  readonly method: string;
  readonly params: JsonObject | undefined;
}

export interface JsonRpcResponse {
  readonly kind: 'response';
  readonly id: RequestId;
  readonly result: Json | undefined;
  readonly error: JsonObject | undefined;
}

/** One JSON-RPC message of a known shape; everything else is a `ProtocolRefusal`. */
export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification | JsonRpcResponse;

/** legacy: revisions up to 2025-11-25 (handshake, sessions); modern: 2026-07-28 (stateless). */
export type Era = 'legacy' | 'modern';

/** Why a message is refused before any policy sees it, with the code and status that the specification gives. */
export interface ProtocolRefusal {
  readonly httpStatus: number;
  readonly code: number;
  readonly message: string;
  readonly data?: JsonObject;
  /** Present when it could be read; the answer must carry it. */
  readonly id?: RequestId;
}
