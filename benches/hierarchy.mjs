// A forest with sums rolled up: ours, in wasm in Node, beside what a JavaScript program would use. Each is given what
// it likes best, and the sums of all rows are compared before times are printed.
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { stratify } from 'd3-hierarchy';
import { arrayToTree } from 'performant-array-to-tree';
import { Hierarchy, ready } from '../target/npm/node.js';
import { percentile, report } from './support/report.mjs';
import { tree } from './support/world.mjs';

const NODES = 100_000;
const ROUNDS = 31;
/** Of the slow ones, which decide nothing by a few percent. */
const ROUNDS_SLOW = 7;

await ready();

/** The forest as columns, which is what ours and the typed loops start from. */
function columns(rows) {
  return {
    rows,
    ids: Float64Array.from(rows, (row) => row.id),
    parents: Float64Array.from(rows, (row) => row.parentId ?? NaN),
    values: Float64Array.from(rows, (row) => row.v),
  };
}

function ours({ ids, parents, values }) {
  const forest = new Hierarchy(ids, parents, { v: values });
  const sums = forest.subtree('v');
  forest.free();
  return sums;
}

/** Leaves first: a row is added to its parent once all its own children are in. Rows of a cycle are never reached. */
function rollUp(parent, values) {
  const count = values.length;
  const waiting = new Int32Array(count);
  for (let row = 0; row < count; row += 1) if (parent[row] >= 0) waiting[parent[row]] += 1;
  const sums = Float64Array.from(values);
  const order = new Int32Array(count);
  let end = 0;
  for (let row = 0; row < count; row += 1) if (waiting[row] === 0) order[end++] = row;
  for (let at = 0; at < end; at += 1) {
    const above = parent[order[at]];
    if (above < 0) continue;
    sums[above] += sums[order[at]];
    waiting[above] -= 1;
    if (waiting[above] === 0) order[end++] = above;
  }
  return sums;
}

/** Works only where the ids are a range. */
function typedDense({ ids, parents, values }) {
  let first = Infinity;
  for (const id of ids) if (id < first) first = id;
  const rowOf = new Int32Array(ids.length);
  for (let row = 0; row < ids.length; row += 1) rowOf[ids[row] - first] = row;
  const parent = new Int32Array(ids.length);
  for (let row = 0; row < ids.length; row += 1) parent[row] = Number.isNaN(parents[row]) ? -1 : rowOf[parents[row] - first];
  return rollUp(parent, values);
}

function mapAndTyped({ ids, parents, values }) {
  const rowOf = new Map();
  for (let row = 0; row < ids.length; row += 1) rowOf.set(ids[row], row);
  const parent = new Int32Array(ids.length);
  for (let row = 0; row < ids.length; row += 1) parent[row] = rowOf.get(parents[row]) ?? -1;
  return rollUp(parent, values);
}

/** The usual one: objects with lists of children. */
function mapOfObjects({ rows }) {
  const nodes = new Map();
  for (const row of rows) nodes.set(row.id, { row, children: [], sum: row.v });
  const roots = [];
  for (const node of nodes.values()) (nodes.get(node.row.parentId)?.children ?? roots).push(node);
  const order = roots;
  for (let at = 0; at < order.length; at += 1) for (const child of order[at].children) order.push(child);
  for (let at = order.length - 1; at >= 0; at -= 1) {
    const above = nodes.get(order[at].row.parentId);
    if (above) above.sum += order[at].sum;
  }
  return Float64Array.from(rows, (row) => nodes.get(row.id).sum);
}

/** Wants one root, so it gets one; `each` visits level after level. */
function d3({ rows }) {
  const known = new Set(rows.map((row) => row.id));
  const parentId = (row) => (row.id === 'root' ? undefined : known.has(row.parentId) ? row.parentId : 'root');
  const root = stratify().parentId(parentId)([{ id: 'root', v: 0 }, ...rows]).sum((row) => row.v);
  const sums = new Map();
  root.each((node) => sums.set(node.data.id, node.value));
  return Float64Array.from(rows, (row) => sums.get(row.id));
}

function arrayToTreeSums({ rows }) {
  const roots = arrayToTree(rows, { id: 'id', parentId: 'parentId', dataField: null });
  const order = roots.map((node) => [node, undefined]);
  for (let at = 0; at < order.length; at += 1) for (const child of order[at][0].children) order.push([child, order[at][0]]);
  const sums = new Map(order.map(([node]) => [node.id, node.v]));
  for (let at = order.length - 1; at >= 0; at -= 1) {
    const [node, above] = order[at];
    if (above) sums.set(above.id, sums.get(above.id) + sums.get(node.id));
  }
  return Float64Array.from(rows, (row) => sums.get(row.id));
}

function time(work, forest) {
  const start = performance.now();
  const sums = work(forest);
  return [performance.now() - start, sums];
}

/** Sums of fractions depend on the order of adding, so not to the last bit. */
function compare(name, found, expected) {
  for (let row = 0; row < expected.length; row += 1) {
    if (!(Math.abs(found[row] - expected[row]) <= 1e-9 * Math.max(1, Math.abs(expected[row])))) {
      throw new Error(`${name}: the sums of row ${row} differ: ${found[row]}, ${expected[row]}`);
    }
  }
}

/** All of them take turns, so that noise hits all. */
function measure(peers, rounds) {
  const times = peers.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    peers.forEach(([, work, forest, expected], index) => {
      globalThis.gc?.();
      const [ms, sums] = time(work, forest);
      times[index].push(ms);
      if (round === 0) compare(peers[index][0], sums, expected ?? typedDense(forest));
    });
  }
  return new Map(peers.map(([name], index) => [name, { min: Math.min(...times[index]), median: percentile(times[index], 50) }]));
}

const random = columns(tree(NODES));
const sparse = columns(random.rows.map((row) => ({ ...row, id: row.id * 7919, parentId: row.parentId === null ? null : row.parentId * 7919 })));
const line = (parentId) => columns(random.rows.map(({ v }, row) => ({ id: row, parentId: row === 0 ? null : parentId(row), v })));
const [chain, star] = [line((row) => row - 1), line(() => 0)];
const large = columns(tree(10 * NODES));
const sums = typedDense(random);

const begin = performance.now();
columns(random.rows);
const setUp = performance.now() - begin;

const fast = measure(
  [
    ['ours', ours, random],
    ['typed arrays, dense ids', typedDense, random],
    ['Map and Int32Array', mapAndTyped, random],
    ['ours, ids far apart', ours, sparse, sums],
    ['Map and Int32Array, ids far apart', mapAndTyped, sparse, sums],
    ['ours, a chain', ours, chain],
    ['ours, a star', ours, star],
  ],
  ROUNDS,
);
// Apart, since what they leave behind is swept up in the time of others.
const huge = measure(
  [
    ['ours', ours, random],
    ['ours, 1,000,000', ours, large],
    ['typed arrays, dense ids', typedDense, random],
    ['typed arrays, dense ids, 1,000,000', typedDense, large],
  ],
  ROUNDS_SLOW,
);
const slow = measure(
  [
    ['ours', ours, random],
    ['Map of objects', mapOfObjects, random],
    ['d3-hierarchy', d3, random],
    ['performant-array-to-tree', arrayToTreeSums, random],
  ],
  ROUNDS_SLOW,
);

// Cycles: d3 throws, ours lists the members and builds the rest.
const broken = columns(tree(NODES, 20260104, 25));
const forest = new Hierarchy(broken.ids, broken.parents, { v: broken.values });
const cycles = forest.problems().filter(({ kind }) => kind === 'cycle');
const parentOf = new Map(broken.rows.map((row) => [row.id, row.parentId]));
for (const { ids } of cycles) {
  ids.forEach((id, at) => {
    if (parentOf.get(id) !== ids[(at + 1) % ids.length]) throw new Error(`${ids} is no cycle`);
  });
}
if (cycles.length === 0 || forest.order().length !== NODES) throw new Error('cycles were injected and must be found');
let thrown = '';
try {
  d3(broken);
} catch (error) {
  thrown = error.message;
}

// A move, with the roll-up read of every row after it, beside building anew.
const moves = Array.from({ length: 200 }, (_, number) => broken.rows[number * 97].id);
const target = broken.rows.find((row) => row.parentId === null).id;
forest.subtree('v');
let began = performance.now();
for (const id of moves) if (forest.canMove(id, target).ok) forest.move(id, target);
const perMove = (performance.now() - began) / moves.length;
forest.free();

const ms = (value) => value.toFixed(2);
const lines = [];
const add = (name, { min, median }, [goal, times, other] = []) => {
  const ratio = other && min / other.min;
  const is_met = ratio <= times && median / other.median <= times;
  lines.push({
    what: name,
    'min ms': ms(min),
    'median ms': ms(median),
    ratio: ratio === undefined ? '' : `${ratio.toFixed(3)} / ${(median / other.median).toFixed(3)}`,
    goal: goal === undefined ? '' : times === Infinity ? goal : `${goal}: ${is_met ? 'met' : 'missed'}`,
  });
};
add('ours, dense ids', fast.get('ours'), ['≤ 0.6 of the typed loop', 0.6, fast.get('typed arrays, dense ids')]);
add('typed arrays, dense ids', fast.get('typed arrays, dense ids'));
add('ours, ids far apart', fast.get('ours, ids far apart'));
add('Map and Int32Array', fast.get('Map and Int32Array'));
add('Map and Int32Array, ids far apart', fast.get('Map and Int32Array, ids far apart'));
add('ours, beside d3', slow.get('ours'), ['≤ 0.04 of d3-hierarchy', 0.04, slow.get('d3-hierarchy')]);
add('Map of objects', slow.get('Map of objects'));
add('d3-hierarchy', slow.get('d3-hierarchy'));
add('performant-array-to-tree', slow.get('performant-array-to-tree'));
add('ours, a chain', fast.get('ours, a chain'), ['≤ 2 of the random forest', 2, fast.get('ours')]);
add('ours, a star', fast.get('ours, a star'), ['≤ 2 of the random forest', 2, fast.get('ours')]);
add('ours, 1,000,000', huge.get('ours, 1,000,000'), ['≤ 15 of 100,000', 15, huge.get('ours')]);
const [once, ten] = ['typed arrays, dense ids', 'typed arrays, dense ids, 1,000,000'].map((name) => huge.get(name));
add('typed arrays, dense ids, 1,000,000', ten, ['beside: of 100,000', Infinity, once]);
const version = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;
report('hierarchy', 'A forest of 100,000 with sums rolled up', lines, [
  'typed arrays in, sums of all rows out, the border to wasm crossed both ways; ratios are of minima / of medians',
  `set-up beside: columns out of 100,000 objects ${ms(setUp)} ms, for ours and the typed loops alike`,
  `${cycles.length} cycles in the broken forest, all members listed and all rows kept; d3-hierarchy throws “${thrown}”`,
  `a move with its check before: ${ms(perMove)} ms`,
  `d3-hierarchy ${version('d3-hierarchy')}, performant-array-to-tree ${version('performant-array-to-tree')}; ${ROUNDS} rounds in turns, ${ROUNDS_SLOW} of the slow ones`,
  `load ${loadavg()[0].toFixed(1)} on ${cpus().length} processors, ${(process.cpuUsage().user / 1e6).toFixed(0)} s of processor time`,
]);
