/** Memory for large bodies, in bytes, shared by all exchanges. Whoever finds too little waits, in order of arrival. */
export class BodyRoom {
  #free: number;
  readonly #waiting: { readonly bytes: number; readonly enter: () => void }[] = [];

  constructor(bytes: number) {
    this.#free = bytes;
  }

  /** Resolves once that much is there. @param bytes at most what the room has */
  take(bytes: number): Promise<void> {
    return new Promise((enter) => {
      this.#waiting.push({ bytes, enter });
      this.#admit();
    });
  }

  giveBack(bytes: number): void {
    this.#free += bytes;
    this.#admit();
  }

  #admit(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || next.bytes > this.#free) return;
      this.#waiting.shift();
      this.#free -= next.bytes;
      next.enter();
    }
  }
}

/**
 * What one exchange has of the room. It takes once, as much as it can ever need, because two that hold a part
 * and wait for the rest would wait for each other.
 */
export class BodyShare {
  readonly #room: BodyRoom;
  readonly #most: number;
  #held = 0;
  #isOver = false;
  #taken: Promise<void> | undefined;

  /** @param most bytes that the exchange can need */
  constructor(room: BodyRoom, most: number) {
    this.#room = room;
    this.#most = most;
  }

  get isTaken(): boolean {
    return this.#taken !== undefined;
  }

  take(): Promise<void> {
    this.#taken ??= this.#room.take(this.#most).then(() => {
      this.#held = this.#most;
      if (this.#isOver) this.release();
    });
    return this.#taken;
  }

  /** It turned out to need less. */
  shrinkTo(bytes: number): void {
    if (bytes >= this.#held) return;
    this.#room.giveBack(this.#held - bytes);
    this.#held = bytes;
  }

  /** The exchange is over, and so is its wait. May be called again. */
  readonly release = (): void => {
    this.#isOver = true;
    this.shrinkTo(0);
  };
}
