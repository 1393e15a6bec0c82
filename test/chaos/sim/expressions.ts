import type { Attributes } from './store.ts';

type Names = Readonly<Record<string, string>>;
type Condition = (item: Attributes, names: Names, values: Attributes) => boolean;
type Change = (item: Attributes, names: Names, values: Attributes) => void;

const conditions = new Map<string, Condition>();
const changes = new Map<string, Change>();

/** A condition in DynamoDB's language: comparisons and existence, joined by AND and OR. */
export function compileCondition(expression: string): Condition {
  const known = conditions.get(expression) ?? parseAny(expression);
  conditions.set(expression, known);
  return known;
}

/** An update in DynamoDB's language: SET and REMOVE. */
export function compileUpdate(expression: string): Change {
  const known = changes.get(expression) ?? parseUpdate(expression);
  changes.set(expression, known);
  return known;
}

/** Splits where a word stands outside of parentheses. */
function split(text: string, word: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')') depth--;
    if (depth === 0 && text.startsWith(word, at)) {
      parts.push(text.slice(from, at));
      from = at + word.length;
    }
  }
  return [...parts, text.slice(from)].map((part) => part.trim());
}

function parseAny(text: string): Condition {
  const any = split(text, ' OR ').map((part) => {
    const all = split(part, ' AND ').map(parseTerm);
    return (...on: Parameters<Condition>) => all.every((holds) => holds(...on));
  });
  return (...on) => any.some((holds) => holds(...on));
}

function parseTerm(text: string): Condition {
  if (text.startsWith('(') && text.endsWith(')')) return parseAny(text.slice(1, -1));
  const exists = /^attribute_(not_)?exists\(([#\w]+)\)$/.exec(text);
  if (exists !== null) {
    const [, not, name = ''] = exists;
    return (item, names) => (item[names[name] ?? name] === undefined) === (not !== undefined);
  }
  const compares = /^([#\w]+) (=|<) (:\w+)$/.exec(text);
  if (compares === null) throw new RangeError(`the table in memory cannot read the condition ${text}`);
  const [, name = '', operator, value = ''] = compares;
  return (item, names, values) => {
    const [left, right] = [item[names[name] ?? name], values[value]];
    if (left === undefined || right === undefined) return false;
    if (left.N !== undefined && right.N !== undefined) {
      return operator === '=' ? Number(left.N) === Number(right.N) : Number(left.N) < Number(right.N);
    }
    if (operator === '<') throw new RangeError(`the table in memory compares numbers only: ${text}`);
    return left.S !== undefined && left.S === right.S;
  };
}

function parseUpdate(text: string): Change {
  const clauses = /^SET (.+?)(?: REMOVE (.+))?$/.exec(text);
  if (clauses === null) throw new RangeError(`the table in memory cannot read the update ${text}`);
  const sets = split(clauses[1] ?? '', ',').map(parseSet);
  const removes = clauses[2]?.split(',').map((name) => name.trim()) ?? [];
  return (item, names, values) => {
    for (const set of sets) set(item, names, values);
    for (const name of removes) delete item[names[name] ?? name];
  };
}

function parseSet(text: string): Change {
  const parts = /^([#\w]+) = (?:if_not_exists\(([#\w]+), (:\w+)\)|(:\w+))$/.exec(text);
  if (parts === null) throw new RangeError(`the table in memory cannot read the update ${text}`);
  const [, name = '', unless, initial, value = initial ?? ''] = parts;
  return (item, names, values) => {
    if (unless !== undefined && item[names[unless] ?? unless] !== undefined) return;
    item[names[name] ?? name] = values[value] ?? {};
  };
}
