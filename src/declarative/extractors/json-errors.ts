/** The body is not JSON, or it was cut. */
export class MalformedJsonError extends Error {
  override readonly name = 'MalformedJsonError';
  /** Offset in bytes at which it stops being JSON. */
  readonly position: number;

  constructor(position: number, what: string) {
    super(`${what} at byte ${position}`);
    this.position = position;
  }
}

/** The body may be JSON, but of a form that no page of records has; asking again would bring the same. */
export class JsonLimitError extends Error {
  override readonly name = 'JsonLimitError';
}
