/** The part of Node's WebAssembly that json-scanner.ts uses. TypeScript declares it only together with all of a browser. */
declare namespace WebAssembly {
  /** Whether it is a module that this machine can run. */
  function validate(code: Uint8Array): boolean;
  class Module {
    constructor(code: Uint8Array);
  }
  class Instance {
    constructor(
      module: Module,
      imports: Record<string, Record<string, (code: number, at: number, isEnd: number) => void>>,
    );
    readonly exports: unknown;
  }
  interface Global {
    readonly value: number;
  }
  interface Memory {
    /** Another one after the memory has grown. */
    readonly buffer: ArrayBuffer;
    /** @param pages of 64 KiB */
    grow(pages: number): number;
  }
}
