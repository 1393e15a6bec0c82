import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { longestWindow, type WindowStage, windowPace } from '../../pipeline/index.ts';
import { escaped, policyHash } from '../../web/html.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

/** Only this page's own script and style run, and they talk to this server only. */
const POLICY = [
  "default-src 'none'",
  `script-src ${policyHash(SCRIPT)}`,
  `style-src ${policyHash(STYLE)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The status page: the stages of this deployment, filled in by its script from the query API. */
export function statusPage(stages: readonly WindowStage[]): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    },
    body: html(stages),
  };
}

function html(stages: readonly WindowStage[]): string {
  const declared = stages.map(({ name, key, window, values, materialize }) => ({
    name,
    key: typeof key === 'string' ? key : 'key',
    back: longestWindow(window) + windowPace(window),
    values: Object.keys(values),
    kept: materialize,
    sessions: window.kind === 'session',
  }));
  // "<" could end the element that holds the data.
  const data = JSON.stringify(declared).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Millrace</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>Millrace</h1><span id="state" role="status">connecting</span></header>
<form id="key-form" hidden>
<label for="key">Key for reading results</label>
<input id="key" type="password" autocomplete="off" required><button>Use</button>
</form>
<main>
<section aria-label="All stages"><div class="scroll" id="overview"></div></section>
${stages.map(section).join('\n')}
</main>
<noscript>This page fills itself in with JavaScript. The same is to be had as JSON from /v1/stages and /v1/windows/{stage}.</noscript>
<script type="application/json" id="stages">${data}</script>
<script type="module">${SCRIPT}</script>
</body>
</html>
`;
}

function section({ name, description }: WindowStage): string {
  const id = escaped(name);
  return `<section aria-labelledby="name-${id}">
<h2 id="name-${id}">${id}</h2>
<p class="quiet">${escaped(description)}</p>
<dl id="facts-${id}"></dl>
<div class="scroll" id="windows-${id}" role="region" aria-label="Latest window of ${id}" tabindex="0"><p class="quiet">No window has fired yet.</p></div>
</section>`;
}
