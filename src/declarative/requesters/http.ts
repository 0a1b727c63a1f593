/** Requests and answers, whoever sends them. */

/** Headers by lower-case name. */
export type Headers = Readonly<Record<string, string>>;

export interface HttpRequest {
  readonly method: 'GET';
  readonly url: string;
  readonly headers: Headers;
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Decompressed. */
  readonly body: Buffer;
  /** To be called when nobody uses the body any more, which is empty then: others wait for its memory. */
  readonly release?: () => void;
}

/** @throws TransportError where no whole answer came */
export type SendHttp = (request: HttpRequest) => Promise<HttpResponse>;
