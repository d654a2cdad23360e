// Search as one types over 100,000 names, beside `includes` over lower-cased strings and beside uFuzzy's ranked search.
// Goals: at most 0.35 of `includes`, at most uFuzzy's time with a mistake in the word, finding what it finds.
import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import uFuzzy from '@leeoniya/ufuzzy';
import { Table, ready } from '../target/npm/node.js';
import { percentile, report } from './support/report.mjs';
import { companies } from './support/world.mjs';

const ROWS = 100_000;
const ROUNDS = 25;
const SHOWN = 50;
const GOAL_INCLUDES = 0.35;
const GOAL_UFUZZY = 1;

await ready(await readFile(new URL('../target/npm/autotask_wasm_bg.wasm', import.meta.url)));
const bytes = (rows) => new TextEncoder().encode(JSON.stringify(rows));
const timed = (work) => {
  const start = performance.now();
  const answer = work();
  return [performance.now() - start, answer];
};

const rows = companies(ROWS);
const only = rows.map(({ id, companyName }) => ({ id, companyName }));
const MEMBERS = ['companyName', 'companyNumber', 'phone', 'webAddress', 'city'];
const loaded = (items) => {
  const table = new Table('Companies');
  table.load(bytes(items));
  return table;
};

const names = loaded(only);
const whole = loaded(rows);
/** An index is made at the first search, and again after a row was replaced. */
const indexing = (table, row) => Math.min(...[1, 2, 3, 4, 5].map(() => {
  table.load(bytes([row]));
  return timed(() => table.search('zzzz'))[0];
}));
const nameIndex = indexing(names, only[0]);
const wholeIndex = indexing(whole, rows[0]);
const [lowering, lower] = timed(() => only.map(({ companyName }) => companyName.toLowerCase()));
// As the index: digits of phones, web addresses without what all have, no accents.
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
const [lowering5, lower5] = timed(() =>
  rows.map((row) => MEMBERS.map((member) => {
    const text = row[member] ?? '';
    if (member === 'phone') return text.replaceAll(/\D/g, '');
    return member === 'webAddress' ? text.replace(/^https:\/\/www\./, '') : plain(text);
  }).join('\n')));
const haystack = only.map(({ companyName }) => companyName);
// One mistake in a word: its settings for that.
const fuzzy = new uFuzzy({ intraMode: 1, intraIns: 1, intraSub: 1, intraTrn: 1, intraDel: 1 });

const including = (texts, word) => {
  const found = [];
  for (let row = 0; row < texts.length; row += 1) if (texts[row].includes(word)) found.push(row);
  return found;
};
const ranked = (word) => {
  const [found, info, order] = fuzzy.search(haystack, word);
  return order ? order.map((at) => info.idx[at]) : (found ?? []);
};

/** Both sides in turns; the answers are compared before. */
function measure(ours, theirs) {
  const times = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [side, work] of [ours, theirs].entries()) times[side].push(timed(work)[0]);
  }
  return times;
}

const lines = [];
function line(question, found, peer, [ours, theirs], goal) {
  const of = (times) => [percentile(times, 0), percentile(times, 50)];
  const [[least, median], [theirLeast, theirMedian]] = [of(ours), of(theirs)];
  const [ratio, medians] = [least / theirLeast, median / theirMedian];
  lines.push({
    typed: `\`${question}\``,
    found,
    peer,
    'ours min / median ms': `${least.toFixed(2)} / ${median.toFixed(2)}`,
    'peer min / median ms': `${theirLeast.toFixed(2)} / ${theirMedian.toFixed(2)}`,
    'ratio of minima': ratio.toFixed(2),
    'of medians': medians.toFixed(2),
    goal: ratio <= goal && medians <= goal ? `≤ ${goal} met` : `≤ ${goal} missed by ${(Math.max(ratio, medians) - goal).toFixed(2)}`,
  });
}

const same = (one, other, what) => {
  if (one.length !== other.length || one.some((id, at) => id !== other[at])) throw new Error(`${what}: the answers differ`);
};
const ascending = (list) => [...list].sort((a, b) => a - b);

function beside(table, texts, word, peer) {
  const plainly = { typos: false };
  const all = table.search(word, ROWS, plainly);
  const first = table.search(word, SHOWN, plainly);
  same(ascending(all.map(({ row }) => row)), including(texts, word), word);
  same(first.map(({ row }) => row), all.slice(0, SHOWN).map(({ row }) => row), word);
  if (first.total !== all.length) throw new Error(`${word}: the count is wrong`);
  const times = measure(() => table.search(word, SHOWN, plainly), () => including(texts, word));
  line(word, all.length, peer, times, GOAL_INCLUDES);
}

const KEYS = ['acme', 'dental'].flatMap((word) => Array.from(word, (_, at) => word.slice(0, at + 1)));
for (const word of [...KEYS, 'o', 'in', 'systems', 'horne', 'vertex', 'quxq', 'xylophone']) beside(names, lower, word, '`includes`, names');
for (const word of ['acme', '555', '2025550', 'munchen', 'acmebo', 'c00042', 'xylophone']) beside(whole, lower5, word, '`includes`, 5 fields');

const recalls = [];
for (const word of ['dentla', 'systmes', 'horzon', 'logitics', 'sumimt', 'securty', 'phoenixx', 'tecnologies', 'acmw', 'vretex', 'zenlth', 'acme dentla', 'xylophone']) {
  const theirs = ranked(word);
  const ours = new Set(names.search(word, ROWS).map(({ row }) => row));
  const common = theirs.filter((row) => ours.has(row)).length;
  recalls.push([common, theirs.length]);
  const found = `${ours.size}; ${common} of its ${theirs.length}`;
  line(word, found, 'uFuzzy, names', measure(() => names.search(word, SHOWN), () => ranked(word)), GOAL_UFUZZY);
}

const appends = [1, 2, 3, 4, 5, 6, 7].map((id) => {
  names.load(bytes([{ id, companyName: 'One More' }]));
  return timed(() => names.search('one more'))[0];
});
const append = Math.min(...appends) - percentile(measure(() => names.search('one more'), () => {})[0], 0);
const [common, theirs] = recalls.reduce(([a, b], [c, d]) => [a + c, b + d]);
const { version } = JSON.parse(await readFile('benches/node_modules/@leeoniya/ufuzzy/package.json', 'utf8'));
report('typing', 'Search as one types, beside `includes` and uFuzzy', lines, [
  `${ROWS.toLocaleString('en-US')} companies; ours answers the ${SHOWN} best rows with marks and the count, by score; \`includes\` all row numbers, in no order; uFuzzy ${version} ranks up to 1,000`,
  'beside `includes` without mistakes (`typos: false`), and all ids are the same; beside uFuzzy with one mistake for each word, as in its settings',
  `of what uFuzzy finds ours finds ${common} of ${theirs}`,
  `set-up: index of names ${nameIndex.toFixed(0)} ms, of all five fields ${wholeIndex.toFixed(0)} ms (once, at the first search); lower-casing names ${lowering.toFixed(0)} ms, five fields ${lowering5.toFixed(0)} ms`,
  `a row that was added costs the next search ${Math.max(append, 0).toFixed(2)} ms; a load that replaces rows makes a new index`,
  `least and median of ${ROUNDS} rounds in turns; load of the machine ${loadavg()[0].toFixed(1)}, CPU time of all this ${(process.cpuUsage().user / 1e6).toFixed(0)} s`,
]);
