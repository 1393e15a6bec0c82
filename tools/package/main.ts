import { join } from 'node:path';
import { buildClient } from './build.ts';

const folder = join(import.meta.dirname, '../../dist/client');
await buildClient(folder);
process.stdout.write(`${folder}\n`);
