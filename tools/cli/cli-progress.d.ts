/** The part of cli-progress used here; the package has no types of its own. */
declare module 'cli-progress' {
  export class SingleBar {
    constructor(options: {
      readonly format: string;
      readonly stream?: NodeJS.WriteStream;
      readonly hideCursor?: boolean;
      readonly fps?: number;
      readonly etaBuffer?: number;
      readonly barsize?: number;
    });
    start(total: number, value: number, payload: object): void;
    update(value: number, payload: object): void;
    stop(): void;
  }
}
