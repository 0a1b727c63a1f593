/** Lets whatever is due now run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** Work that goes on until it is ended from outside. */
export class Work {
  readonly begun: string[] = [];
  running = 0;
  most = 0;
  readonly #ends = new Map<string, (error?: Error) => void>();

  readonly run = async (name: string): Promise<string> => {
    this.begun.push(name);
    this.most = Math.max(this.most, ++this.running);
    try {
      await new Promise<void>((resolve, reject) =>
        this.#ends.set(name, (error) => (error === undefined ? resolve() : reject(error))),
      );
      return name;
    } finally {
      this.running--;
    }
  };

  async end(name: string, error?: Error): Promise<void> {
    this.#ends.get(name)?.(error);
    await settle();
  }
}
