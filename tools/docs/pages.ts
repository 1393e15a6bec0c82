import { readFileSync } from 'node:fs';
import { ERRORS, EVENT_ERRORS } from '../../shared/errors.ts';
import { describePipeline } from '../../shared/pipeline/describe.ts';
import { pipelines } from '../../shared/pipelines/index.ts';
import { SERVICES, type ServiceDefinition } from '../../shared/runtime/telemetry/catalogue.ts';

/** A page of the documentation that is made from code. */
export interface Page {
  /** Path below `docs/`. */
  readonly path: string;
  readonly text: string;
}

/** A table between two comments of a page that is otherwise written by hand. */
export function withTable(page: string, name: string, rows: readonly string[]): string {
  const pattern = new RegExp(`(<!-- ${name} -->\\n(?:.*\\n){2})[^]*?(<!-- /${name} -->)`);
  return page.replace(pattern, (_, head: string, end: string) => `${head}${rows.join('\n')}\n${end}`);
}

/** What `docs/http.md` lists of the errors that callers can get. */
function httpPage(): Page {
  const page = readFileSync(new URL('../../docs/http.md', import.meta.url), 'utf8');
  const accepted = '| 202 | | at least one event is durably in the stream; `rejected` lists the others | |';
  const errors = Object.entries(ERRORS)
    .sort(([, one], [, other]) => one.status - other.status)
    .map(([code, { status, meaning, action }]) => `| ${status} | \`${code}\` | ${meaning} | ${action} |`);
  const events = Object.entries(EVENT_ERRORS).map(([code, why]) => `| \`${code}\` | ${why} |`);
  const text = withTable(withTable(page, 'errors', [accepted, ...errors]), 'event errors', events);
  return { path: 'http.md', text };
}

const EXAMPLE = /(<!-- example: ([\w-]+) -->\n```ts\n)[\s\S]*?(```\n<!-- \/example -->)/g;

/**
 * Fills in a page's examples from a file that is compiled with the rest: the lines between `#region name` and `#endregion`.
 *
 * @throws RangeError when there is no such region
 */
export function withExamples(page: string, code: string): string {
  return page.replace(EXAMPLE, (_, head: string, name: string, end: string) => {
    const region = new RegExp(`^( *)// #region ${name}\\n([\\s\\S]*?)^ *// #endregion`, 'm').exec(code);
    if (region === null) throw new RangeError(`there is no example "${name}"`);
    const [, indent = '', lines = ''] = region;
    return `${head}${lines.replace(new RegExp(`^${indent}`, 'gm'), '')}${end}`;
  });
}

/** What `docs/client.md` shows is what `docs/examples/client.ts` does. */
function clientPage(): Page {
  const read = (path: string) => readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8');
  return { path: 'client.md', text: withExamples(read('client.md'), read('examples/client.ts')) };
}

/** What `docs/operations.md` lists of the metrics that functions emit. */
function operationsPage(): Page {
  const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const services: [string, ServiceDefinition][] = Object.entries(SERVICES);
  const rows = services.flatMap(([service, { scope, metrics }]) =>
    Object.entries(metrics).map(
      ([name, { unit, meaning }]) =>
        `| \`${service}\` | ${scope === 'service' ? '' : scope} | \`${name}\` | ${unit} | ${meaning} |`,
    ),
  );
  return { path: 'operations.md', text: withTable(page, 'metrics', rows) };
}

/** All generated pages: committed, so that they can be read in the repository, and compared by a test. */
export function pages(): Page[] {
  return [
    ...pipelines.map((pipeline) => ({
      path: `pipelines/${pipeline.name}.md`,
      text: `${describePipeline(pipeline)}\n`,
    })),
    httpPage(),
    clientPage(),
    operationsPage(),
  ];
}
