import type { Server } from 'node:http';

/**
 * Starts an HTTP server on this machine's loopback address.
 *
 * @param port - 0 for any free one
 * @returns the port
 * @throws Error with code EADDRINUSE when the port is taken
 */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Stops a server, and with it what clients still have open. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
