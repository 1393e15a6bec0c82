import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { type WindowStage, windowStages } from '../../../shared/pipeline/index.ts';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { statusPage } from '../../../shared/results/status-page/page.ts';
import { SCRIPT } from '../../../shared/results/status-page/script.ts';

const stages = pipelines.filter(({ name }) => name === 'network-traffic').flatMap(windowStages);

/** As much of an element as the page's script uses. */
class FakeElement {
  readonly attributes: Record<string, string> = {};
  children: (FakeElement | string)[] = [];
  readonly style = { setProperty: (name: string, value: string) => this.setAttribute(name, value) };
  className = '';
  hidden = false;
  #text = '';

  constructor(text = '') {
    this.#text = text;
  }

  get textContent(): string {
    return (
      this.#text +
      this.children.map((child) => (typeof child === 'string' ? child : child.textContent)).join('|')
    );
  }

  set textContent(text: string) {
    this.#text = text;
  }

  setAttribute(name: string, value: string): void {
    this.attributes[name] = value;
  }

  append(...children: (FakeElement | string)[]): void {
    this.children.push(...children);
  }

  replaceChildren(...children: (FakeElement | string)[]): void {
    this.children = children;
  }

  addEventListener(): void {}
}

/** Runs the page's script against answers of the API until it has filled in what it can. */
async function run(answers: Record<string, object>, status = 200): Promise<Map<string, FakeElement>> {
  const [, data = ''] = /id="stages">(.*?)<\/script>/s.exec(statusPage(stages).body ?? '') ?? [];
  const elements = new Map<string, FakeElement>([['stages', new FakeElement(data)]]);
  const element = (id: string) => {
    if (!elements.has(id)) elements.set(id, new FakeElement());
    return elements.get(id)!;
  };
  element('key-form').hidden = true;
  await new Promise<void>((done) => {
    const context = createContext({
      document: {
        hidden: false,
        getElementById: element,
        createElement: () => new FakeElement(),
        createTextNode: (text: string) => new FakeElement(text),
      },
      sessionStorage: { getItem: () => null, setItem: () => {} },
      // The script waits when it has shown everything.
      setTimeout: () => done(),
      fetch: async (path: string) => ({
        ok: status === 200,
        status,
        json: async () => answers[path.split('?')[0]!],
      }),
    });
    runInContext(SCRIPT, context);
  });
  return elements;
}

const counts = { accepted: 1234, duplicate: 2, late: 3, rejected: 4 };
const status = (name: string) => ({
  name,
  pipeline: 'network-traffic',
  kind: 'window',
  watermark: '2026-01-01T00:02:00.000Z',
  closedUpTo: null,
  lagMs: 1500,
  shards: [{ idle: true }, { idle: false }],
  counts,
});
const item = (key: string, minute: number, bytes: number | null, revision = 0, final = false) => ({
  key,
  start: `2026-01-01T00:0${minute}:00.000Z`,
  end: `2026-01-01T00:0${minute + 1}:00.000Z`,
  revision,
  final,
  values: { bytes, share: 0.25, events: 6 },
});

test('the script shows the latest window of each stage, keys as the text they are', async () => {
  const hostile = '<img src=x onerror=alert(1)>';
  const elements = await run({
    '/v1/stages': { stages: [status('ip-share')] },
    '/v1/windows/ip-share': {
      items: [item('old', 0, 5), item('small', 1, 1), item(hostile, 1, 4, 2), item('none', 1, null, 1, true)],
      cursor: null,
    },
  });
  expect(elements.get('state')?.textContent).toBe('live');
  expect(elements.get('facts-ip-share')?.textContent).toBe(
    'watermark, UTC|2026-01-01 00:02:00|closed up to, UTC|–|lag|1.5 s|shards|2 (1 idle)|' +
      'accepted|1,234|duplicate|2|late|3|rejected|4',
  );
  const table = elements.get('windows-ip-share')?.children[0] as FakeElement;
  const [caption, head, body] = table.children as [FakeElement, FakeElement, FakeElement];
  expect(caption.textContent).toBe('2026-01-01 00:01:00 to 00:02:00');
  expect(head.textContent).toBe('ip|bytes|share|events|');
  expect((body.children as FakeElement[]).map((row) => row.textContent)).toEqual([
    `${hostile}|4|0.25|6|revision 2`,
    'small|1|0.25|6|on time',
    'none|–|0.25|6|final',
  ]);
});

test('all stages are shown on one look, filters too, and what is late or refused stands out', async () => {
  const shown = async (one: object) => {
    const elements = await run({
      '/v1/stages': { stages: [one] },
      '/v1/windows/ip-share': { items: [], cursor: null },
    });
    const [table] = elements.get('overview')!.children as [FakeElement];
    const [, body] = table.children as [FakeElement, FakeElement];
    return body.children[0] as FakeElement;
  };
  const filter = {
    ...status('elevated'),
    kind: 'filter',
    watermark: null,
    counts: { ...counts, filtered: 7, late: 0 },
  };
  const row = await shown(filter);
  expect(row.textContent).toBe('elevated|filter|–|1.5 s|1,234|7|2|0|4');
  expect((row.children as FakeElement[]).map(({ attributes }) => attributes.class)).toEqual([
    ...Array(8).fill(undefined),
    'odd',
  ]);
  const now = new Date(Date.now() - 90_000).toISOString();
  expect((await shown({ ...status('ip-share'), watermark: now })).textContent).toMatch(
    /^ip-share\|window\|9\d(\.\d+)? s\|/,
  );
  const idle = { ...status('ip-share'), shards: [{ idle: true }] };
  expect((await shown(idle)).textContent).toMatch(/^ip-share\|window\|idle\|/);
});

test('the script says what is wrong, and asks for a key where one is needed', async () => {
  expect((await run({}, 500)).get('state')?.textContent).toBe('the server answers 500');
  const locked = await run({}, 401);
  expect(locked.get('state')?.textContent).toBe('a key is needed to read results');
  expect(locked.get('key-form')?.hidden).toBe(false);
});

test('the script has no way to parse a text as HTML', () => {
  expect(SCRIPT).not.toMatch(/innerHTML|outerHTML|insertAdjacent|document\.write|eval|new Function|srcdoc/);
});

test('what is declared cannot break out of the page either', () => {
  const declared = {
    ...stages[0]!,
    description: '</p><script>alert(1)</script>',
    key: '</script><b>',
  } as WindowStage;
  const { body = '' } = statusPage([declared]);
  expect(body).not.toContain('<script>alert');
  expect(body).not.toContain('</script><b>');
  expect(body).toContain('&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
});
