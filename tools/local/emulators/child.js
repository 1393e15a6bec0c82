/**
 * The process of one emulator: `node child.js <kinesis|dynamodb> <port> <folder>`. Plain JavaScript, so that it starts
 * without a compiler. It tells its parent the port, closes its database on `stop`, and ends when its parent does.
 */
import { EventEmitter } from 'node:events';
import { closeIterators } from './close-iterators.js';

const [, , service, port, folder] = process.argv;
process.title = `millrace-emulator ${service}`;

const EMULATORS = {
  kinesis: async () => {
    const { default: kinesalite } = await import('kinesalite');
    // LevelDB's binding is missing on platforms without a build of it; streams then live in memory.
    const kept = await import('leveldown').then(
      () => true,
      () => false,
    );
    const delays = { createStreamMs: 0, deleteStreamMs: 0, updateStreamMs: 0 };
    return { server: kinesalite({ path: kept ? folder : undefined, shardLimit: 100_000, ...delays }), kept };
  },
  dynamodb: async () => {
    const { default: dynalite } = await import('dynalite');
    closeIterators();
    const delays = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
    return { server: dynalite({ path: folder, ...delays }), kept: true };
  },
};

const { server, kept } = await EMULATORS[service]();
const [handle] = server.listeners('request');
server.removeAllListeners('request');
server.on('request', (request, response) => receiveWhole(request, response, handle));
// A pooled connection that the server closes first fails the client's next request on it.
server.keepAliveTimeout = 0;

server.listen(Number(port), '127.0.0.1', () => process.send({ port: server.address().port, kept }));

process.on('message', (message) => {
  if (message === 'stop') {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  }
});
process.once('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; the parent stops its emulators after the functions that use them.
process.on('SIGINT', () => {});

/**
 * Hands a request on when its body is complete, as one piece: the emulators join chunks quadratically, and they throw,
 * which ends the process, when a client goes away in the middle of its request.
 */
function receiveWhole(request, response, next) {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('error', () => {});
  response.on('error', () => {});
  request.on('end', () => {
    const whole = Object.assign(new EventEmitter(), {
      method: request.method,
      url: request.url,
      headers: request.headers,
    });
    next(whole, response);
    if (chunks.length > 0) whole.emit('data', Buffer.concat(chunks));
    whole.emit('end');
  });
}
