import type { JsonObject, ProtocolRefusal, RequestId } from './message.ts';

/** Puts a refusal together; `id` and `data` stay away when there is none. */
export function refusal(
  httpStatus: number,
  code: number,
  message: string,
  id: RequestId | undefined,
  data?: JsonObject,
): ProtocolRefusal {
  return {
    httpStatus,
    code,
    message,
    ...(data === undefined ? {} : { data }),
    ...(id === undefined ? {} : { id }),
  };
}
