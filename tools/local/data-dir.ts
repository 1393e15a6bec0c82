import { fileURLToPath } from 'node:url';

/** The folder of a run that names none. */
export const DEFAULT_DATA_DIR = fileURLToPath(new URL('../../.millrace', import.meta.url));
