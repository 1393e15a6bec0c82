/**
 * The page's script. Everything that comes from outside, keys above all, becomes text through `textContent` and
 * attributes through `setAttribute`; nothing is ever parsed as HTML.
 */
export const SCRIPT = `
const EVERY = 3000;
const ROWS = 10;
const LIMIT = 1000;
const stages = JSON.parse(document.getElementById('stages').textContent);
const state = document.getElementById('state');
const form = document.getElementById('key-form');
const seen = new Map();
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const exact = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });
let key = sessionStorage.getItem('key') || '';

function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) node.setAttribute(attribute, value);
  for (const child of children) {
    if (typeof child === 'string') node.append(document.createTextNode(child));
    else node.append(child);
  }
  return node;
}

function number(value) {
  if (typeof value !== 'number') return '–';
  return Number.isInteger(value) ? whole.format(value) : exact.format(value);
}

function shown(value) {
  if (Array.isArray(value)) {
    const first = value.slice(0, 3).map(shown);
    return first.join('; ') + (value.length > first.length ? '; …' : '');
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([name, part]) => name + ' ' + shown(part)).join(', ');
  }
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : number(value);
}

function clock(time) {
  return time === null ? '–' : time.slice(0, 10) + ' ' + time.slice(11, 19);
}

function lag(ms) {
  if (ms < 1000) return Math.round(ms) + ' ms';
  if (ms < 120000) return exact.format(ms / 1000) + ' s';
  return exact.format(ms / 60000) + ' min';
}

async function load(path) {
  const response = await fetch(path, { headers: key === '' ? {} : { 'x-api-key': key } });
  if (response.status === 401 || response.status === 403) {
    form.hidden = false;
    throw new Error(key === '' ? 'a key is needed to read results' : 'the key is not accepted');
  }
  if (!response.ok) throw new Error('the server answers ' + response.status);
  return response.json();
}

function facts(status) {
  const idle = status.shards.filter((shard) => shard.idle).length;
  const list = [
    ['watermark, UTC', clock(status.watermark)],
    ['closed up to, UTC', clock(status.closedUpTo)],
    ['lag', lag(status.lagMs)],
    ['shards', status.shards.length + (idle > 0 ? ' (' + idle + ' idle)' : '')],
    ...['accepted', 'duplicate', 'late', 'rejected'].map((name) => [name, number(status.counts[name])]),
  ];
  return list.map(([term, value]) => element('div', {}, element('dt', {}, term), element('dd', {}, value)));
}

/** How far a stage's time is behind the clock; nothing where no shard has anything to read, or the stage tells no time. */
function behind(status) {
  if (status.shards.length > 0 && status.shards.every((shard) => shard.idle)) return 'idle';
  return status.watermark === null ? '–' : lag(Math.max(0, Date.now() - Date.parse(status.watermark)));
}

/** All stages on one look, those too that keep no results: what is lost or refused stands out. */
function overview(statuses) {
  const heads = ['stage', 'kind', 'behind the clock', 'lag', 'accepted', 'filtered', 'duplicate', 'late', 'rejected'];
  const rows = statuses.map((status) => {
    const { counts } = status;
    const odd = (count) => element('td', count > 0 ? { class: 'odd' } : {}, number(count));
    const cells = [status.kind, behind(status), lag(status.lagMs), number(counts.accepted), number(counts.filtered), number(counts.duplicate)];
    const head = element('th', { scope: 'row', title: status.pipeline }, element('a', { href: '#name-' + status.name }, status.name));
    return element('tr', {}, head, ...cells.map((cell) => element('td', {}, cell)), odd(counts.late), odd(counts.rejected));
  });
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...heads.map((name) => element('th', { scope: 'col' }, name)))),
    element('tbody', {}, ...rows),
  );
}

/** The rows of the latest window of an answer, the largest first value first; of sessions, which each key has for itself, those that ended last. */
function latest(stage, items, size) {
  if (stage.sessions) return [...items].sort((a, b) => (a.end < b.end ? 1 : -1));
  const end = items.reduce((last, item) => (item.end > last ? item.end : last), '');
  return items.filter((item) => item.end === end).sort((a, b) => size(b) - size(a));
}

function table(stage, items, more) {
  const names = stage.values;
  const [first] = names;
  const size = (item) => (typeof item.values[first] === 'number' ? item.values[first] : 0);
  const rows = latest(stage, items, size);
  const largest = Math.max(0, ...rows.map(size));
  const top = rows.slice(0, ROWS);
  const [window] = rows;
  const kinds = top.map((item) => {
    const part = largest > 0 ? Math.max(0, size(item) / largest) : 0;
    const cells = names.map((name, index) => {
      const cell = element('td', index === 0 ? { class: 'bar' } : {}, shown(item.values[name]));
      if (index === 0) cell.style.setProperty('--part', (part * 100).toFixed(1) + '%');
      return cell;
    });
    const revision = item.final ? 'final' : item.revision === 0 ? 'on time' : item.revision < 0 ? 'early' : 'revision ' + item.revision;
    const head = element('th', { scope: 'row', title: item.key }, element('bdi', {}, item.key));
    return element('tr', {}, head, ...cells, element('td', { class: 'quiet' }, revision));
  });
  const heads = [stage.key, ...names, ''].map((name) =>
    element(name === '' ? 'td' : 'th', name === '' ? {} : { scope: 'col' }, name.replaceAll('_', ' ')),
  );
  const what = stage.sessions ? ' latest of ' : ' largest of ';
  const count = rows.length > ROWS ? 'the ' + ROWS + what + whole.format(rows.length) + (more ? ' or more' : '') : '';
  const by = count === '' || stage.sessions ? '' : ' by ' + first.replaceAll('_', ' ');
  const caption =
    clock(stage.sessions ? top.at(-1).start : window.start) + ' to ' + window.end.slice(11, 19) + (count === '' ? '' : ', ' + count + by);
  return element(
    'table',
    {},
    element('caption', {}, caption),
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, ...kinds),
  );
}

function place(id, ...children) {
  document.getElementById(id).replaceChildren(...children);
}

async function refreshStage(stage, status) {
  place('facts-' + stage.name, ...facts(status));
  if (status.watermark === null || !stage.kept) return;
  // From the last window that the watermark has passed; what silence has fired lies beyond, hence no upper bound.
  const mark = status.watermark + '/' + status.counts.accepted;
  const last = seen.get(stage.name);
  if (last !== undefined && last.mark === mark && Date.now() - last.at < 15000) return;
  const from = Date.parse(status.watermark) - stage.back + 1;
  const answer = await load('/v1/windows/' + encodeURIComponent(stage.name) + '?limit=' + LIMIT + '&from=' + from);
  seen.set(stage.name, { mark, at: Date.now() });
  if (answer.items.length > 0) place('windows-' + stage.name, table(stage, answer.items, answer.cursor !== null));
}

async function refresh() {
  try {
    const { stages: statuses } = await load('/v1/stages');
    place('overview', overview(statuses));
    for (const stage of stages) {
      const status = statuses.find((candidate) => candidate.name === stage.name);
      if (status !== undefined) await refreshStage(stage, status);
    }
    state.className = 'good';
    state.textContent = 'live';
    form.hidden = true;
  } catch (error) {
    state.className = 'bad';
    state.textContent = error instanceof TypeError ? 'the server cannot be reached' : error.message;
  }
}

async function run() {
  for (;;) {
    if (!document.hidden && (form.hidden || key !== '')) await refresh();
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  key = document.getElementById('key').value.trim();
  sessionStorage.setItem('key', key);
  refresh();
});
run();
`;
