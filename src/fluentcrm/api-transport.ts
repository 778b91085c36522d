export type ApiMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** One request to the REST API. `path` is relative to its base and holds constants and integers only. */
export type ApiRequest = {
  readonly method: ApiMethod;
  readonly path: string;
  readonly query: ReadonlyArray<readonly [name: string, value: string]>;
  readonly body?: unknown;
};

export type ApiAnswer = { readonly status: number; readonly contentType: string; readonly body: string };

/** Carries a request to a CRM and its answer back; throws a CrmFailure when no answer came. */
export type ApiTransport = (request: ApiRequest) => Promise<ApiAnswer>;

export type Credentials = { readonly username: string; readonly password: string };
