import { policyHash } from '../web/html.ts';
import { type DocumentInput, openApiDocument } from './document.ts';
import { docsPage } from './page/page.ts';
import { STYLE } from './page/style.ts';
import { DOCUMENT_PATH, PAGE_PATH, type StaticAnswers } from './paths.ts';

/** Nothing runs, and nothing comes from elsewhere. */
const POLICY = [
  "default-src 'none'",
  `style-src ${policyHash(STYLE)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SHARED = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache' } as const;

/** The document and its page as they are answered. */
export function staticAnswers(input: DocumentInput): StaticAnswers {
  const document = openApiDocument(input);
  return {
    [DOCUMENT_PATH]: {
      headers: { 'content-type': 'application/json', ...SHARED },
      body: JSON.stringify(document),
    },
    [PAGE_PATH]: {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': POLICY,
        'referrer-policy': 'no-referrer',
        ...SHARED,
      },
      body: docsPage(document),
    },
  };
}
