/** A body shorter than this, in characters, fits into one packet as it is. */
const WORTH_IT = 1_000;

interface Zlib {
  readonly gzip: (
    text: string,
    options: object,
    done: (error: Error | null, bytes: Uint8Array<ArrayBuffer>) => void,
  ) => void;
}

/** A body, and how it is encoded. */
export interface Body {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly encoding: 'gzip' | undefined;
}

/** Encodes the text of a body, compressed where that pays and the platform can. */
export async function encodeBody(text: string, compress: boolean): Promise<Body> {
  if (!compress || text.length < WORTH_IT) return plain(text);
  const zlib = nodeZlib();
  // Level 1: the time it takes is well below what the smaller body saves.
  if (zlib !== undefined) {
    const bytes = await new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) =>
      zlib.gzip(text, { level: 1 }, (error, result) => (error === null ? resolve(result) : reject(error))),
    );
    return { bytes, encoding: 'gzip' };
  }
  if (typeof CompressionStream === 'undefined') return plain(text);
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return { bytes: new Uint8Array(await new Response(stream).arrayBuffer()), encoding: 'gzip' };
}

const plain = (text: string): Body => ({ bytes: new TextEncoder().encode(text), encoding: undefined });

/** Node's own zlib, without an import that a browser's bundler would stumble over. */
function nodeZlib(): Zlib | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.('node:zlib') as Zlib | undefined;
}
