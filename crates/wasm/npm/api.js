// The published API over the wasm module: checks argument types, adds the vanilla schema, turns refusals into exceptions.
//
// Values cross as JSON text that is written and read here, so no getter, proxy or cycle of the caller's is met while
// wasm runs. Only texts, bytes and numbers go in.
import init, * as raw from './autotask_wasm.js';

/** The package's version; empty until `ready()` has resolved, since the wasm says it. */
export let version = '';

/** Thrown for a filter with errors (`issues` says which) and when the module trapped (`code` is `trap`). */
export class AutotaskCrmError extends Error {
  constructor(code, message, issues = []) {
    super(message);
    this.name = 'AutotaskCrmError';
    this.code = code;
    this.issues = issues;
  }
}

// ── the instance ──

let defaultSource;
let loading;
let vanilla;
/** The context of callers that give none. */
let plain;
let trapped = false;
// Objects of an instance that trapped must not reach into the next one.
let generation = 0;

/** Where the wasm comes from when `ready` is given nothing. */
export function setDefaultSource(source) {
  defaultSource = source;
}

export function ready(source) {
  loading ??= load(source).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(source) {
  if (trapped) {
    raw.__wbg_reset_state();
  } else {
    const module_or_path = source ?? (await defaultSource?.());
    await init(module_or_path === undefined ? undefined : { module_or_path });
  }
  trapped = false;
  vanilla = new raw.Schema();
  plain = new raw.Context('{}', offsetHere);
  version = raw.version();
}

/** Runs a call into wasm; a trap discards the instance. */
function call(work) {
  if (trapped) throw new AutotaskCrmError('trap', 'the module trapped; call `await ready()` for a fresh one');
  if (!vanilla) throw new TypeError('call `await ready()` first');
  try {
    return work();
  } catch (error) {
    if (isTrap(error)) {
      trapped = true;
      vanilla = undefined;
      loading = undefined;
      generation += 1;
      throw new AutotaskCrmError('trap', `the module trapped (${error.message}); call \`await ready()\` for a fresh one`);
    }
    // A refusal: the issues as JSON.
    if (typeof error === 'string') {
      const issues = JSON.parse(error);
      throw new AutotaskCrmError(issues[0]?.code ?? 'refused', issues.map(({ message }) => message).join('; '), issues);
    }
    throw error;
  }
}

/** A trap, or the end of the stack in the midst of wasm, which leaves an instance just as broken. */
function isTrap(error) {
  const isStack = (error instanceof RangeError && /call stack/.test(error.message)) || error?.name === 'InternalError';
  return error instanceof WebAssembly.RuntimeError || isStack;
}

/** A call whose answer is JSON. */
function ask(work) {
  const json = call(work);
  return json === undefined ? undefined : JSON.parse(json);
}

/** The wasm object behind a public one. */
class Handle {
  #inner;
  #generation = generation;
  constructor(inner) {
    this.#inner = inner;
  }
  get live() {
    if (!this.#inner) throw new TypeError('this object was freed');
    if (this.#generation !== generation) throw new AutotaskCrmError('trap', 'this object belongs to an instance that trapped');
    return this.#inner;
  }
  free() {
    const inner = this.#inner;
    this.#inner = undefined;
    if (inner && this.#generation === generation) inner.free();
  }
}

// ── arguments ──

function check(value, type, name) {
  if (typeof value !== type) throw new TypeError(`${name} must be a ${type}`);
  return value;
}

function checkObject(value, name) {
  if (value === null || typeof value !== 'object') throw new TypeError(`${name} must be an object`);
  return value;
}

function checkNames(names, name) {
  if (!Array.isArray(names)) throw new TypeError(`${name} must be an array of names`);
  return names.map((field) => check(field, 'string', 'a name'));
}

/** An id, or no parent. */
function checkId(id, name) {
  if (!Number.isSafeInteger(id)) throw new TypeError(`${name} must be a whole number`);
  return id;
}

function checkParent(id, name) {
  return id === null || id === undefined || Number.isNaN(id) ? NaN : checkId(id, name);
}

function checkList(list, name) {
  if (list === null || typeof list !== 'object' || !Number.isSafeInteger(list.length)) {
    throw new TypeError(`${name} must be an array`);
  }
  return list;
}

function asBytes(value) {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return undefined;
}

/** Bytes, whatever view or buffer they come in. */
function checkBytes(value, name) {
  const bytes = asBytes(value);
  if (!bytes) throw new TypeError(`${name} must be a Uint8Array`);
  return bytes;
}

function toJson(value, name) {
  let text;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw new TypeError(`${name} cannot be written as JSON: ${error?.message}`, { cause: error });
  }
  if (text === undefined) throw new TypeError(`${name} cannot be written as JSON`);
  return text;
}

const encoder = new TextEncoder();

/** Bytes as they are, anything else as JSON. */
function toJsonBytes(value, name) {
  return asBytes(value) ?? encoder.encode(toJson(value, name));
}

/** A filter, text or nodes, as JSON. */
function filterJson(filter) {
  if (typeof filter !== 'string' && !Array.isArray(filter)) throw new TypeError('filter must be a text or an array of nodes');
  return toJson(filter, 'filter');
}

/** The schema that a context names, if it names one. */
function ownSchema(context) {
  if (context === undefined || context === null) return undefined;
  const { schema } = checkObject(context, 'context');
  if (schema === undefined) return undefined;
  if (!(schema instanceof Schema)) throw new TypeError('context.schema must be a Schema');
  return schema[inner];
}

const inner = Symbol('inner');

/** Formatters by zone: making one takes longer than all else. */
const formatters = new Map();

/** How many minutes a zone is ahead of UTC at a time. */
function offsetIn(zone) {
  if (zone === 'UTC') return () => 0;
  let formatter = formatters.get(zone);
  if (!formatter) {
    try {
      formatter = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    } catch (error) {
      throw new TypeError(`context.zone must be the name of a time zone: ${error.message}`, { cause: error });
    }
    formatters.set(zone, formatter);
  }
  return (milliseconds) => {
    const name = formatter.formatToParts(milliseconds).find(({ type }) => type === 'timeZoneName').value;
    const [, sign, hours, minutes] = /([+-])(\d+):(\d+)/.exec(name) ?? [];
    return sign ? (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) : 0;
  };
}

/** The same of the engine's own zone, which is looked up once in a call, if somebody asks: that takes longer than most calls. */
let here;
const offsetHere = (milliseconds) => (here ??= offsetIn(Intl.DateTimeFormat().resolvedOptions().timeZone))(milliseconds);

/** Runs a call with what the caller's context says; `at` is the time where it says none. */
function withContext(context, work, at = Date.now()) {
  here = undefined;
  // Most callers say nothing, and often many times in a row.
  if (context === undefined || context === null) {
    return call(() => {
      plain.now = at;
      return work(vanilla, plain);
    });
  }
  const { now, zone, me, weekStart, resolved, tables = {} } = context;
  const time = now === undefined ? new Date(at).toISOString() : check(now, 'string', 'context.now');
  const given = toJson({ now: time, me, weekStart, resolved }, 'context');
  const offset = zone === undefined ? offsetHere : offsetIn(check(zone, 'string', 'context.zone'));
  for (const table of Object.values(checkObject(tables, 'context.tables'))) {
    if (!(table instanceof Table)) throw new TypeError('context.tables must hold Tables');
  }
  return call(() => {
    const own = new raw.Context(given, offset);
    try {
      for (const table of Object.values(tables)) own.addTable(table[inner]);
      return work(ownSchema(context) ?? vanilla, own);
    } finally {
      if (!trapped) own.free();
    }
  });
}

/** The same for an answer that is JSON. */
function askWithContext(context, work, at) {
  const json = withContext(context, work, at);
  return json === undefined ? undefined : JSON.parse(json);
}

// ── what Autotask knows ──

export function entityNames() {
  return ask(() => raw.entityNames());
}

export function entity(name) {
  check(name, 'string', 'name');
  return ask(() => raw.entity(name));
}

export class Schema {
  #handle;
  constructor() {
    this.#handle = call(() => new Handle(new raw.Schema()));
  }
  get [inner]() {
    return this.#handle.live;
  }
  load(entity, fields, userDefinedFields) {
    check(entity, 'string', 'entity');
    const [own, udfs] = [fields, userDefinedFields].map((answer) =>
      answer === undefined || answer === null ? undefined : toJsonBytes(checkObject(answer, 'metadata'), 'metadata'),
    );
    return ask(() => this.#handle.live.load(entity, own, udfs));
  }
  entity(name) {
    check(name, 'string', 'name');
    return ask(() => this.#handle.live.entity(name));
  }
  free() {
    this.#handle.free();
  }
}

// ── filters ──

export function parseFilter(entity, text, context) {
  check(entity, 'string', 'entity');
  check(text, 'string', 'text');
  return askWithContext(context, (schema, own) => raw.parseFilter(schema, own, entity, text));
}

export function readFilter(entity, json, context) {
  check(entity, 'string', 'entity');
  const isText = typeof json === 'string' || asBytes(json) !== undefined;
  const bytes = typeof json === 'string' ? encoder.encode(json) : toJsonBytes(json, 'json');
  return askWithContext(context, (schema, own) => raw.readFilter(schema, own, entity, bytes, isText));
}

export function printFilter(entity, filter, context, layout = 'line') {
  check(entity, 'string', 'entity');
  if (!Array.isArray(filter)) throw new TypeError('filter must be an array of nodes');
  if (layout !== 'line' && layout !== 'pretty') throw new TypeError("layout must be 'line' or 'pretty'");
  const json = toJson(filter, 'filter');
  return withContext(context, (schema, own) => raw.printFilter(schema, own, entity, json, layout === 'pretty'));
}

export function planFilter(entity, filter, context) {
  check(entity, 'string', 'entity');
  const json = filterJson(filter);
  return askWithContext(context, (schema, own) => raw.planFilter(schema, own, entity, json));
}

export function completeFilter(entity, text, cursor, context) {
  check(entity, 'string', 'entity');
  check(text, 'string', 'text');
  if (!Number.isInteger(cursor) || cursor < 0) throw new TypeError('cursor must be a place in the text');
  return ask(() => raw.completeFilter(ownSchema(context) ?? vanilla, entity, text, cursor));
}

// ── rows ──

/** A search reads 200 characters, each of at most two units. */
const QUERY_UNITS_MAX = 400;

export class Table {
  #handle;
  constructor(entity, context) {
    if (entity instanceof raw.Table) {
      this.#handle = new Handle(entity);
      return;
    }
    check(entity, 'string', 'entity');
    this.#handle = call(() => new Handle(new raw.Table(ownSchema(context) ?? vanilla, entity)));
  }
  get [inner]() {
    return this.#handle.live;
  }
  load(bytes) {
    const view = checkBytes(bytes, 'bytes');
    return ask(() => this.#handle.live.load(view));
  }
  remove(ids) {
    const list = Float64Array.from(checkList(ids, 'ids'));
    return call(() => this.#handle.live.remove(list));
  }
  get length() {
    return call(() => this.#handle.live.length);
  }
  all() {
    return call(() => new Selection(this.#handle.live.all()));
  }
  filter(filter, context) {
    const json = filterJson(filter);
    return withContext(context, (_, own) => {
      const schema = ownSchema(context);
      const table = this.#handle.live;
      return new Selection(schema ? table.filterWith(schema, own, json) : table.filter(own, json));
    });
  }
  search(text, limit = 50, options = {}) {
    check(text, 'string', 'text');
    if (!Number.isInteger(limit) || limit < 0) throw new TypeError('limit must be a whole number');
    const { typos = true } = checkObject(options, 'options');
    check(typos, 'boolean', 'options.typos');
    // Nothing more of it counts, and the rest need not be copied.
    const typed = text.trimStart().slice(0, QUERY_UNITS_MAX);
    const { hits, total } = ask(() => this.#handle.live.search(typed, Math.min(limit, 0xffff_ffff), typos));
    // Beside the rows, so that the answer stays the list of them.
    return Object.defineProperty(hits, 'total', { value: total });
  }
  record(id) {
    check(id, 'number', 'id');
    return ask(() => this.#handle.live.record(id));
  }
  snapshot() {
    return call(() => this.#handle.live.snapshot());
  }
  static restore(bytes, context) {
    const view = checkBytes(bytes, 'bytes');
    return new Table(call(() => raw.Table.restore(ownSchema(context) ?? vanilla, view)));
  }
  free() {
    this.#handle.free();
  }
}

export class Selection {
  #handle;
  constructor(selection) {
    if (!(selection instanceof raw.Selection)) throw new TypeError('selections come from a Table');
    this.#handle = new Handle(selection);
  }
  get length() {
    return call(() => this.#handle.live.length);
  }
  rows() {
    return call(() => this.#handle.live.rows());
  }
  ids() {
    return call(() => this.#handle.live.ids());
  }
  sort(by) {
    if (!Array.isArray(by)) throw new TypeError('by must be an array of { field, descending }');
    const fields = by.map((key) => check(key?.field, 'string', 'field'));
    const descending = Uint8Array.from(by, (key) => (key.descending ? 1 : 0));
    this.#checkFields(fields);
    return call(() => new Selection(this.#handle.live.sort(fields, descending)));
  }
  and(other) {
    return this.#with(other, (a, b) => a.and(b));
  }
  or(other) {
    return this.#with(other, (a, b) => a.or(b));
  }
  not() {
    return call(() => new Selection(this.#handle.live.not()));
  }
  records(fields, from = 0, to = Infinity) {
    const names = fields === undefined ? undefined : checkNames(fields, 'fields');
    const [first, end] = [from, to].map((place) => Math.min(Math.max(0, Math.trunc(check(place, 'number', 'from and to'))), 0xffffffff));
    if (names) this.#checkFields(names);
    return ask(() => this.#handle.live.records(names, first, end));
  }
  facets(field, top = Infinity) {
    this.#checkFields([check(field, 'string', 'field')]);
    const most = Math.min(Math.max(0, Math.trunc(check(top, 'number', 'top'))), 0xffffffff);
    return ask(() => this.#handle.live.facets(field, most));
  }
  aggregate(field) {
    this.#checkFields([check(field, 'string', 'field')]);
    return ask(() => this.#handle.live.aggregate(field));
  }
  #checkFields(names) {
    // An empty selection has no rows that could show what they hold.
    const unknown = this.length > 0 ? call(() => this.#handle.live.unknown(names)) : undefined;
    if (unknown !== undefined) throw new TypeError(unknown);
  }
  free() {
    this.#handle.free();
  }
  #with(other, work) {
    if (!(other instanceof Selection)) throw new TypeError('the other must be a Selection');
    return call(() => {
      const [a, b] = [this.#handle.live, other.#handle.live];
      if (!a.isOf(b)) throw new TypeError('the other must be a Selection of the same Table');
      return new Selection(work(a, b));
    });
  }
}

// ── duplicates ──

/** Rules as JSON; without any, those of the entity. */
function rulesJson(rules) {
  return rules === undefined ? '{}' : toJson(checkObject(rules, 'rules'), 'rules');
}

function checkTable(table) {
  if (!(table instanceof Table)) throw new TypeError('table must be a Table');
  return table[inner];
}

export function findMatches(table, candidate, rules) {
  const [record, json] = [toJson(checkObject(candidate, 'candidate'), 'candidate'), rulesJson(rules)];
  return ask(() => raw.findMatches(checkTable(table), record, json));
}

export function findDuplicates(table, rules) {
  const json = rulesJson(rules);
  return ask(() => raw.findDuplicates(checkTable(table), json));
}

export function duplicatePairs(table, rules) {
  const json = rulesJson(rules);
  return call(() => {
    const pairs = raw.duplicatePairs(checkTable(table), json);
    const lists = { a: pairs.a(), b: pairs.b(), score: pairs.score() };
    pairs.free();
    return lists;
  });
}

// ── hierarchy ──

/** Levels as wasm counts them. */
function checkLevels(levels) {
  if (levels === Infinity) return 0xffffffff;
  if (!Number.isSafeInteger(levels) || levels < 1 || levels > 0xffffffff) throw new TypeError('levels must be a whole number from 1, or Infinity');
  return levels;
}

/** A list as numbers; what is not there is NaN, and what is no number too. Where it is numbers, it is taken as it is. */
function toNumbers(list, count, name) {
  if (checkList(list, name).length !== count) throw new TypeError(`ids and ${name} must be of one length`);
  if (list instanceof Float64Array) return list;
  const numbers = new Float64Array(count);
  for (let row = 0; row < count; row += 1) numbers[row] = typeof list[row] === 'number' ? list[row] : NaN;
  return numbers;
}

/** The same of parents: what is neither a number nor none stays wrong. */
function toParents(list, count) {
  const numbers = toNumbers(list, count, 'parents');
  if (numbers === list) return numbers;
  for (let row = 0; row < count; row += 1) if (typeof list[row] !== 'number') checkParent(list[row], 'a parent');
  return numbers;
}

export class Hierarchy {
  #handle;
  constructor(ids, parents, measures = {}, { levels = 2, active } = {}) {
    if (ids instanceof raw.Hierarchy) {
      this.#handle = new Handle(ids);
      return;
    }
    const count = checkList(ids, 'ids').length;
    const [own, above] = [toNumbers(ids, count, 'ids'), toParents(parents, count)];
    const states = Uint8Array.from(active === undefined ? [] : checkList(active, 'active'), (state) => (state ? 1 : 0));
    if (active !== undefined && states.length !== count) throw new TypeError('ids and active must be of one length');
    const taken = Object.entries(checkObject(measures, 'measures')).map(([name, values]) => {
      if (checkObject(values, name).amounts === undefined) return [name, toNumbers(values, count, name)];
      const currencies = Array.from(checkList(values.currencies, `${name}.currencies`), (currency) => check(currency ?? '', 'string', 'a currency'));
      if (currencies.length !== count) throw new TypeError(`ids and ${name}.currencies must be of one length`);
      return [name, toNumbers(values.amounts, count, name), currencies];
    });
    const allowed = checkLevels(levels);
    const forest = call(() => raw.Hierarchy.of(own, above, states, allowed));
    if (!forest) throw new TypeError('ids and parents must be whole numbers');
    this.#handle = new Handle(forest);
    for (const [name, values, currencies] of taken) {
      const isTaken = call(() => (currencies ? this.#handle.live.addAmounts(name, values, currencies) : this.#handle.live.addMeasure(name, values)));
      if (isTaken === false) {
        this.free();
        throw new TypeError(`${name} has more than 64 currencies`);
      }
    }
  }
  static fromTable(table, { parent = 'parentCompanyID', measures = [], levels = 2 } = {}) {
    if (!(table instanceof Table)) throw new TypeError('table must be a Table');
    check(parent, 'string', 'parent');
    const names = checkNames(measures, 'measures');
    const allowed = checkLevels(levels);
    return call(() => {
      const rows = table[inner];
      const unknown = [parent, ...names].find((field) => !rows.has(field));
      if (unknown !== undefined) throw new TypeError(`the table's rows have no field ${unknown}`);
      const forest = raw.Hierarchy.fromTable(rows, parent, allowed);
      for (const name of names) forest.addColumn(rows, name);
      return new Hierarchy(forest);
    });
  }
  order() {
    return call(() => this.#handle.live.order());
  }
  depth() {
    return call(() => this.#handle.live.depth());
  }
  parent() {
    return call(() => this.#handle.live.parent());
  }
  descendants() {
    return call(() => this.#handle.live.descendants());
  }
  measures() {
    return call(() => this.#handle.live.measures());
  }
  own(measure) {
    return this.#measure(measure, (forest) => forest.own(measure));
  }
  subtree(measure) {
    return this.#measure(measure, (forest) => forest.sums(measure));
  }
  maxima(measure) {
    return this.#measure(measure, (forest) => forest.maxima(measure));
  }
  counts(measure) {
    return Uint32Array.from(this.#measure(measure, (forest) => forest.counts(measure)));
  }
  problems() {
    return ask(() => this.#handle.live.problems());
  }
  canMove(id, parent) {
    const [company, above] = [checkId(id, 'id'), checkParent(parent, 'parent')];
    return ask(() => this.#handle.live.canMove(company, above));
  }
  move(id, parent) {
    const [company, above] = [checkId(id, 'id'), checkParent(parent, 'parent')];
    if (!call(() => this.#handle.live.move(company, above))) throw new TypeError(`company ${id} is not among the rows`);
  }
  free() {
    this.#handle.free();
  }
  #measure(name, work) {
    const values = call(() => work(this.#handle.live, check(name, 'string', 'measure')));
    if (values) return values;
    const some = this.measures();
    throw new TypeError(`no measure ${name}${some.length > 0 ? `; there are ${some.join(', ')}` : ''}`);
  }
}

// ── quality ──

export function auditRules() {
  return ask(() => raw.auditRules());
}

export function audit(tables, rules, context) {
  if (!Array.isArray(tables) || !tables.every((table) => table instanceof Table)) throw new TypeError('tables must be an array of Tables');
  if (rules !== undefined && !Array.isArray(rules)) throw new TypeError('rules must be an array');
  const json = rules === undefined ? undefined : toJson(rules, 'rules');
  return withContext(context, (_, own) => {
    const schema = ownSchema(context);
    const work = new raw.Audit();
    try {
      for (const table of tables) {
        if (schema) work.addTableWith(schema, table[inner]);
        else work.addTable(table[inner]);
      }
      const report = JSON.parse(work.run(own, json));
      // Ids cross as numbers, not as text: there may be hundreds of thousands.
      report.rules.forEach((finding, index) => (finding.ids = work.ids(index)));
      return report;
    } finally {
      if (!trapped) work.free();
    }
  });
}

// `using table = new Table(…)`, where the engine knows it.
if (Symbol.dispose) {
  for (const { prototype } of [Schema, Table, Selection, Hierarchy]) {
    Object.defineProperty(prototype, Symbol.dispose, { value: prototype.free, writable: true, configurable: true });
  }
}

// ── records and requests ──

export function validate(entity, record, mode, context) {
  check(entity, 'string', 'entity');
  if (mode !== 'create' && mode !== 'update') throw new TypeError("mode must be 'create' or 'update'");
  const json = toJson(checkObject(record, 'record'), 'record');
  return askWithContext(context, (schema, own) => raw.validate(schema, own, entity, json, mode === 'create'));
}

export function validateBytes(entity, bytes, mode, context) {
  check(entity, 'string', 'entity');
  if (mode !== 'create' && mode !== 'update') throw new TypeError("mode must be 'create' or 'update'");
  const data = checkBytes(bytes, 'bytes');
  const answer = askWithContext(context, (schema, own) => raw.validateBytes(schema, own, entity, data, mode === 'create'));
  answer.failed = Uint32Array.from(answer.failed);
  return answer;
}

export function diff(entity, before, after, context) {
  check(entity, 'string', 'entity');
  const [was, is] = [rowJson(before, 'before'), rowJson(after, 'after')];
  return askWithContext(context, (schema, own) => raw.diff(schema, own, entity, was, is));
}

export function patch(entity, before, after) {
  check(entity, 'string', 'entity');
  const [was, is] = [rowJson(before, 'before'), rowJson(after, 'after')];
  return ask(() => raw.patch(vanilla, entity, was, is));
}

export function verifyWrite(entity, sent, before, after) {
  check(entity, 'string', 'entity');
  const [wanted, was, is] = [rowJson(sent, 'sent'), rowJson(before, 'before'), rowJson(after, 'after')];
  return ask(() => raw.verifyWrite(vanilla, entity, wanted, was, is));
}

function rowJson(row, name) {
  return toJson(checkObject(row, name), name);
}

const KINDS = 'query count next get create update replace delete info fields userDefinedFields zone threshold'.split(' ');

/** When each walk began: relative dates must not move between its pages. */
const begun = new WeakMap();

export function buildRequest(operation) {
  const { context, ...rest } = checkObject(operation, 'operation');
  const { context: walkContext, ...query } = rest.query ?? {};
  const json = toJson(rest.query ? { ...rest, query } : rest, 'operation');
  const walk = rest.query ?? operation;
  if (!begun.has(walk)) begun.set(walk, Date.now());
  return askWithContext(context ?? walkContext, (schema, own) => raw.buildRequest(schema, own, json), begun.get(walk));
}

export function readResponse(operation, status, body) {
  const { kind } = checkObject(operation, 'operation');
  if (!KINDS.includes(kind)) throw new TypeError(`operation.kind must be one of ${KINDS.join(', ')}`);
  if (!Number.isInteger(status) || status < 0 || status > 999) throw new TypeError('status must be an HTTP status');
  const bytes = checkBytes(body, 'body');
  return ask(() => raw.readResponse(kind, status, bytes));
}

// ── onboarding ──

/** Tells a run from all others; `crypto.randomUUID` is not there for pages without TLS. */
function freshId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function planOnboarding(answers, context) {
  const { runId = freshId() } = checkObject(answers, 'answers');
  if (check(runId, 'string', 'answers.runId').trim() === '') throw new TypeError('answers.runId must not be empty');
  const json = toJson(answers, 'answers');
  return ask(() => raw.planOnboarding(ownSchema(context) ?? vanilla, runId, json));
}

export function nextAction(plan, journal, now) {
  if (!Array.isArray(journal)) throw new TypeError('journal must be an array of events');
  const [steps, events] = [toJson(checkObject(plan, 'plan'), 'plan'), toJson(journal, 'journal')];
  check(now, 'string', 'now');
  const { wrong, ...action } = ask(() => raw.nextAction(steps, events, now));
  if (wrong !== undefined) throw new TypeError(wrong);
  return action;
}
