/** One HTTP request, read to its end. */
export interface ApiRequest {
  readonly method: string;
  /** The parts of the path, decoded: `['api', 'v1', 'nodes']`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** The headers that count; empty where there is none. */
  readonly accept: string;
  readonly contentType: string;
  readonly userAgent: string;
  readonly body: string;
}
