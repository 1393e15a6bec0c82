#!/usr/bin/env node
/** `npm start`: lets Node read TypeScript, then starts the local run. */
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
