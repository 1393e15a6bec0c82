#!/usr/bin/env node
// The bin has to be JavaScript: it teaches this Node to read TypeScript, then hands over.
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
