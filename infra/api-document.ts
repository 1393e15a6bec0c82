import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANSWERS_FILE } from '../shared/openapi/paths.ts';
import type { ApiAccess } from '../shared/openapi/security.ts';
import { staticAnswers } from '../shared/openapi/static-answers.ts';
import type { Pipeline } from '../shared/pipeline/index.ts';
import type { Settings } from './settings.ts';

/**
 * Puts the OpenAPI document and its page beside the bundle of the function that answers with them. They are made here and not
 * there: making them takes the whole of ingestion and of the window algebra (docs/decisions/0035).
 *
 * @param root - folder of package.json
 * @param directory - of the query function's bundle
 */
export function writeApiDocument(
  root: string,
  directory: string,
  settings: Settings,
  pipelines: readonly Pipeline[],
): void {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const answers = staticAnswers({ pipelines, access: apiAccess(settings), version });
  writeFileSync(join(directory, ANSWERS_FILE), JSON.stringify(answers));
}

const apiAccess = ({ environment, access: { iam, jwt } }: Settings): ApiAccess => ({
  gateway: environment.name === 'local' ? 'local' : 'aws',
  readKey: environment.queryAuth === 'key',
  iam,
  jwt,
});
