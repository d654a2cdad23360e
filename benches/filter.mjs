// Filters over companies in columns, beside what a JavaScript developer would write: a compiled closure over objects, and
// typed, lower-cased columns; and beside two libraries. Row numbers out; answers are compared before times are printed.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import * as aq from 'arquero';
import sift from 'sift';
import { Table, ready } from '../target/npm/node.js';
import { report } from './support/report.mjs';
import { QUERIES, companies } from './support/world.mjs';

await ready();
const ROUNDS = 9;
/** How often a round asks: two rounds warm up, and engines compile what they have met a hundred times or so, JavaScript and WebAssembly alike. */
const REPEATS = { 1_000: 200, 100_000: 30, 1_000_000: 1 };
const GOALS = { Q1: 0.5, Q2: 0.35, Q3: 0.35, Q4: 0.5, Q5: 0.5 };
const OWNERS = QUERIES.Q4.items[1].items[2].value;

/** The same five questions as text, for our side. */
const TEXT = {
  Q1: 'isActive = yes',
  Q2: 'companyName contains dent',
  Q3: 'isActive = yes and companyType in (1, 3, 5) and lastActivityDate > "2025-06-01T00:00:00Z"',
  Q4: `isActive = yes and (companyName contains solu or city begins with Spr or ownerResourceID in (${OWNERS.join(', ')})) and createDate > "2020-01-01T00:00:00Z" and parentCompanyID is empty`,
  Q5: 'companyName begins with acme',
};
const nodes = (query) => [query];

// ── peer 1: closures over objects, compiled once, texts compared as filters compare them ──
function closure(node) {
  const { op, field, value, items } = node;
  switch (op) {
    case 'and': { const all = items.map(closure); return (row) => { for (const one of all) if (!one(row)) return false; return true; }; }
    case 'or': { const any = items.map(closure); return (row) => { for (const one of any) if (one(row)) return true; return false; }; }
    case 'eq': if (typeof value === 'string') { const low = value.toLowerCase(); return (row) => row[field] != null && row[field].toLowerCase() === low; } return (row) => row[field] === value;
    case 'in': { const set = new Set(value); return (row) => set.has(row[field]); }
    case 'gt': return (row) => row[field] != null && row[field] > value; // ISO texts of one form sort as dates do
    case 'lt': return (row) => row[field] != null && row[field] < value;
    case 'contains': { const low = value.toLowerCase(); return (row) => row[field] != null && row[field].toLowerCase().includes(low); }
    case 'beginsWith': { const low = value.toLowerCase(); return (row) => row[field] != null && row[field].toLowerCase().startsWith(low); }
    case 'notExist': return (row) => row[field] == null;
    default: throw new Error(op);
  }
}
const byClosure = (rows, test) => { const out = []; for (let i = 0; i < rows.length; i += 1) if (test(rows[i])) out.push(i); return Uint32Array.from(out); };

// ── peer 2: typed columns, texts lower-cased once ──
function columnsOf(rows) {
  const n = rows.length;
  const columns = { isActive: new Uint8Array(n), companyType: new Int32Array(n), ownerResourceID: new Int32Array(n), parentCompanyID: new Int32Array(n), createDate: new Float64Array(n), lastActivityDate: new Float64Array(n), companyName: new Array(n), city: new Array(n) };
  for (let i = 0; i < n; i += 1) {
    const row = rows[i];
    columns.isActive[i] = row.isActive ? 1 : 0;
    columns.companyType[i] = row.companyType;
    columns.ownerResourceID[i] = row.ownerResourceID;
    columns.parentCompanyID[i] = row.parentCompanyID ?? -1;
    columns.createDate[i] = Date.parse(row.createDate);
    columns.lastActivityDate[i] = Date.parse(row.lastActivityDate);
    columns.companyName[i] = row.companyName.toLowerCase();
    columns.city[i] = row.city.toLowerCase();
  }
  return columns;
}
const out = new Uint32Array(1_000_000);
const BY_HAND = {
  Q1: ({ isActive }, n) => { let k = 0; for (let i = 0; i < n; i += 1) if (isActive[i] === 1) out[k++] = i; return out.slice(0, k); },
  Q2: ({ companyName }, n) => { let k = 0; for (let i = 0; i < n; i += 1) if (companyName[i].includes('dent')) out[k++] = i; return out.slice(0, k); },
  Q3: ({ isActive, companyType, lastActivityDate }, n) => {
    const after = Date.parse('2025-06-01T00:00:00.000Z');
    let k = 0;
    for (let i = 0; i < n; i += 1) if (isActive[i] === 1 && (companyType[i] === 1 || companyType[i] === 3 || companyType[i] === 5) && lastActivityDate[i] > after) out[k++] = i;
    return out.slice(0, k);
  },
  Q4: ({ isActive, companyName, city, ownerResourceID, createDate, parentCompanyID }, n) => {
    const [after, owners] = [Date.parse('2020-01-01T00:00:00.000Z'), new Set(OWNERS)];
    let k = 0;
    for (let i = 0; i < n; i += 1) if (isActive[i] === 1 && createDate[i] > after && parentCompanyID[i] === -1 && (owners.has(ownerResourceID[i]) || city[i].startsWith('spr') || companyName[i].includes('solu'))) out[k++] = i;
    return out.slice(0, k);
  },
  Q5: ({ companyName }, n) => { let k = 0; for (let i = 0; i < n; i += 1) if (companyName[i].startsWith('acme')) out[k++] = i; return out.slice(0, k); },
};

// ── peers 3 and 4: libraries ──
const SIFT = (node) => {
  const { op, field, value, items } = node;
  const expression = (text) => new RegExp(text, 'i');
  switch (op) {
    case 'and': return { $and: items.map(SIFT) };
    case 'or': return { $or: items.map(SIFT) };
    case 'eq': return { [field]: value };
    case 'in': return { [field]: { $in: value } };
    case 'gt': return { [field]: { $gt: value } };
    case 'contains': return { [field]: { $regex: expression(value) } };
    case 'beginsWith': return { [field]: { $regex: expression(`^${value}`) } };
    default: return { [field]: null };
  }
};
const ARQUERO = {
  Q1: (d) => d.isActive === true,
  Q2: (d) => aq.op.includes(d.low, 'dent'),
  Q3: (d) => d.isActive === true && (d.companyType === 1 || d.companyType === 3 || d.companyType === 5) && d.lastActivityDate > '2025-06-01T00:00:00.000Z',
  Q5: (d) => aq.op.startswith(d.low, 'acme'),
};

/** The least and the median time of each side in ms; the sides take turns. */
function race(sides, rounds = ROUNDS, repeat = 1) {
  const times = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  for (let round = 0; round < rounds + 2; round += 1) {
    for (const [name, work] of Object.entries(sides)) {
      const start = performance.now();
      for (let i = 0; i < repeat; i += 1) work();
      // The first two rounds warm up.
      if (round > 1) times[name].push((performance.now() - start) / repeat);
    }
  }
  const sorted = (list) => [...list].sort((a, b) => a - b);
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, { least: sorted(list)[0], median: sorted(list)[list.length >> 1] }]));
}
const ms = (time) => (time < 0.1 ? time.toFixed(3) : time < 10 ? time.toFixed(2) : time.toFixed(0));
const same = (name, one, other) => {
  if (one.length !== other.length || one.some((row, at) => row !== other[at])) throw new Error(`${name}: ${one.length} rows against ${other.length}`);
};
const verdict = (ratio, goal) => (ratio <= goal ? 'met' : `missed by ${(ratio - goal).toFixed(2)}`);
const found = (table, filter) => {
  const selection = table.filter(filter);
  const rows = selection.rows();
  selection.free();
  return rows;
};

const lines = [];
const notes = [];
for (const n of (process.env.ROWS ?? "1000,100000,1000000").split(",").map(Number)) {
  const rows = companies(n);
  const bytes = new TextEncoder().encode(JSON.stringify({ items: rows }));
  const table = new Table('Companies');
  const clock = performance.now();
  const loaded = table.load(bytes);
  const loadTime = performance.now() - clock;
  if (loaded.added !== n || loaded.issues.length) throw new Error(JSON.stringify(loaded));
  const start = performance.now();
  const columns = columnsOf(rows);
  notes.push(`${n.toLocaleString('en-US')} rows: ${(bytes.length / 1e6).toFixed(1)} MB loaded in ${loadTime.toFixed(0)} ms; the typed columns took ${(performance.now() - start).toFixed(0)} ms to set up, from objects`);
  const arquero = n === 100_000 ? aq.from(rows.map((row, at) => ({ ...row, at, low: row.companyName.toLowerCase() }))) : undefined;
  for (const name of Object.keys(QUERIES)) {
    const test = closure(QUERIES[name]);
    const sides = {
      ours: () => found(table, TEXT[name]),
      closure: () => byClosure(rows, test),
      columns: () => BY_HAND[name](columns, n),
    };
    const libraries = {};
    if (n === 100_000) {
      const bySift = sift(SIFT(QUERIES[name]));
      libraries.sift = () => byClosure(rows, bySift);
      if (ARQUERO[name]) libraries.arquero = () => Uint32Array.from(arquero.filter(ARQUERO[name]).array('at'));
    }
    const answers = Object.entries({ ...sides, ...libraries }).map(([side, work]) => [side, work()]);
    for (const [side, answer] of answers) same(`${name}, ${side}`, answers[0][1], answer);
    same(`${name} as JSON`, answers[0][1], found(table, nodes(QUERIES[name])));
    const times = { ...race(sides, ROUNDS, REPEATS[n] ?? 1), ...race(libraries) };
    const [byColumns, byClosures] = ['columns', 'closure'].map((peer) => times.ours.least / times[peer].least);
    lines.push({
      rows: n.toLocaleString('en-US'),
      query: name,
      found: answers[0][1].length,
      'ours ms': `${ms(times.ours.least)} (${ms(times.ours.median)})`,
      'closure ms': `${ms(times.closure.least)} (${ms(times.closure.median)})`,
      'typed columns ms': `${ms(times.columns.least)} (${ms(times.columns.median)})`,
      'sift ms': times.sift ? ms(times.sift.least) : '–',
      'arquero ms': times.arquero ? ms(times.arquero.least) : '–',
      'ours / columns': byColumns.toFixed(2),
      'ours / closure': byClosures.toFixed(2),
      goal: n === 1_000 ? `closure ≤ 1: ${verdict(byClosures, 1)}` : `columns ≤ ${GOALS[name]}: ${verdict(byColumns, GOALS[name])}${['Q2', 'Q3'].includes(name) ? `; closure ≤ 0.1: ${verdict(byClosures, 0.1)}` : ''}`,
    });
  }

  if (n === 100_000) {
    // 200 different filters in a row.
    const letters = 'abcdefghilmnoprstuvw';
    const mixed = Array.from({ length: 200 }, (_, i) => {
      const word = letters[i % 20] + letters[(i * 7 + 3) % 20];
      return [
        { op: 'contains', field: 'companyName', value: word },
        { op: 'and', items: [{ op: 'eq', field: 'isActive', value: i % 3 > 0 }, { op: 'beginsWith', field: 'city', value: letters[i % 20] }] },
        { op: 'and', items: [{ op: 'in', field: 'companyType', value: [1 + (i % 8), 1 + ((i + 3) % 8)] }, { op: 'gt', field: 'lastActivityDate', value: `20${10 + (i % 16)}-03-01T00:00:00.000Z` }] },
        { op: 'or', items: [{ op: 'eq', field: 'city', value: 'troy' }, { op: 'and', items: [{ op: 'notExist', field: 'parentCompanyID' }, { op: 'contains', field: 'companyName', value: word }] }] },
      ][i % 4];
    });
    const tests = mixed.map(closure);
    mixed.forEach((node, i) => same(`mixed ${i}`, found(table, [node]), byClosure(rows, tests[i])));
    const times = race({ ours: () => mixed.forEach((node) => found(table, [node])), closure: () => tests.forEach((test) => byClosure(rows, test)) }, 7);
    const ratio = times.ours.least / times.closure.least;
    notes.push(`200 different filters in a row over 100,000 rows: ours ${ms(times.ours.least)} ms, closures ${ms(times.closure.least)} ms, ratio ${ratio.toFixed(2)}`);

    // From bytes to the first answer.
    const text = () => new TextDecoder().decode(bytes);
    for (const name of ['Q2', 'Q4']) {
      const test = closure(QUERIES[name]);
      const cold = race({
        ours: () => {
          const fresh = new Table('Companies');
          fresh.load(bytes);
          found(fresh, TEXT[name]);
          fresh.free();
        },
        'JSON.parse and closure': () => byClosure(JSON.parse(text()).items, test),
      }, 7);
      const ratio = cold.ours.least / cold['JSON.parse and closure'].least;
      notes.push(`from bytes to the first answer of ${name}, 100,000 rows: ours ${ms(cold.ours.least)} ms, JSON.parse and closure ${ms(cold['JSON.parse and closure'].least)} ms, ratio ${ratio.toFixed(2)}, goal ≤ 1.0: ${verdict(ratio, 1)}`);
    }
    const kept = table.snapshot();
    const times2 = race({ load: () => { const fresh = new Table('Companies'); fresh.load(bytes); fresh.free(); }, snapshot: () => table.snapshot(), restore: () => Table.restore(kept).free() }, 7);
    notes.push(`snapshot of 100,000 rows: ${(kept.length / 1e6).toFixed(1)} MB for ${(bytes.length / 1e6).toFixed(1)} MB of JSON; written in ${ms(times2.snapshot.least)} ms, restored in ${ms(times2.restore.least)} ms, loaded from JSON in ${ms(times2.load.least)} ms`);
  }
  table.free();
}
const { version } = JSON.parse(readFileSync('benches/node_modules/arquero/package.json', 'utf8'));
notes.push(`least of ${ROUNDS} rounds, the median in brackets, after two that warm up; a round asks ${Object.entries(REPEATS).map(([rows, times]) => `${times} × at ${Number(rows).toLocaleString('en-US')} rows`).join(', ')}, the libraries once; call, parsing of the filter text and row numbers included; arquero ${version}`);
report('filter', 'Filters over columns', lines, notes);
