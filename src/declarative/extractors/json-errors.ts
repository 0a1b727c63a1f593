/** The body is not JSON, or it was cut. */
export class MalformedJsonError extends Error {
  override readonly name = 'MalformedJsonError';

  /** @param position offset in bytes at which it stops being JSON */
  constructor(position: number, what: string) {
    super(`${what} at byte ${position}`);
  }
}

/** The body may be JSON, but of a form that no page of records has; asking again would bring the same. */
export class JsonLimitError extends Error {
  override readonly name = 'JsonLimitError';
}
