// The published API over the wasm module: checks argument types, adds the vanilla schema, turns refusals into exceptions.
import init, * as raw from './autotask_wasm.js';

export const version = '0.0.0';

/** Thrown for a filter with errors (`issues` says which) and when the module trapped (`code` is `trap`). */
export class AutotaskCrmError extends Error {
  constructor(code, message, issues = []) {
    super(message);
    this.name = 'AutotaskCrmError';
    this.code = code;
    this.issues = issues;
  }
}

let defaultSource;
let loading;
let vanilla;
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
  if (vanilla === 'trapped') {
    raw.__wbg_reset_state();
  } else {
    const module_or_path = source ?? (defaultSource ? await defaultSource() : undefined);
    await init(module_or_path === undefined ? undefined : { module_or_path });
  }
  vanilla = new raw.Schema();
}

/** Runs a call into wasm; a trap discards the instance. */
function call(work) {
  if (!vanilla) throw new TypeError('call `await ready()` first');
  if (vanilla === 'trapped') throw new AutotaskCrmError('trap', 'the module trapped; call `await ready()` for a fresh one');
  try {
    return work();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) {
      vanilla = 'trapped';
      loading = undefined;
      generation += 1;
      throw new AutotaskCrmError('trap', `the module trapped: ${error.message}; call \`await ready()\` for a fresh one`);
    }
    if (Array.isArray(error)) {
      throw new AutotaskCrmError(error[0]?.code ?? 'refused', error.map((issue) => issue.message).join('; '), error);
    }
    throw error;
  }
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
    if (this.#inner && this.#generation === generation) this.#inner.free();
    this.#inner = undefined;
  }
}

function check(value, type, name) {
  if (typeof value !== type) throw new TypeError(`${name} must be a ${type}`);
  return value;
}

function checkObject(value, name) {
  if (value === null || typeof value !== 'object') throw new TypeError(`${name} must be an object`);
  return value;
}

function checkFilter(filter) {
  if (typeof filter !== 'string' && !Array.isArray(filter)) throw new TypeError('filter must be a text or an array of nodes');
  return filter;
}

/** Bytes, whatever view or buffer they come in. */
function checkBytes(bytes) {
  if (bytes instanceof Uint8Array) return bytes;
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes);
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  throw new TypeError('bytes must be a Uint8Array');
}

function schemaOf(context) {
  if (context === undefined || context === null) return vanilla;
  checkObject(context, 'context');
  if (context.schema === undefined) return vanilla;
  if (!(context.schema instanceof Schema)) throw new TypeError('context.schema must be a Schema');
  return context.schema[inner];
}

const inner = Symbol('inner');

export function entityNames() {
  return call(() => raw.entityNames());
}

export function entity(name) {
  check(name, 'string', 'name');
  return call(() => raw.entity(name));
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
    return call(() => this.#handle.live.load(entity, fields, userDefinedFields));
  }
  entity(name) {
    check(name, 'string', 'name');
    return call(() => this.#handle.live.entity(name));
  }
  free() {
    this.#handle.free();
  }
}

export function parseFilter(entity, text, context) {
  check(entity, 'string', 'entity');
  check(text, 'string', 'text');
  return call(() => raw.parseFilter(schemaOf(context), entity, text));
}

export function readFilter(entity, json, context) {
  check(entity, 'string', 'entity');
  return call(() => raw.readFilter(schemaOf(context), entity, json));
}

export function printFilter(entity, filter, context) {
  check(entity, 'string', 'entity');
  if (!Array.isArray(filter)) throw new TypeError('filter must be an array of nodes');
  return call(() => raw.printFilter(schemaOf(context), entity, filter));
}

export class Table {
  #handle;
  constructor(entity, context) {
    check(entity, 'string', 'entity');
    this.#handle = call(() => new Handle(new raw.Table(schemaOf(context), entity)));
  }
  get [inner]() {
    return this.#handle.live;
  }
  load(bytes) {
    const view = checkBytes(bytes);
    return call(() => this.#handle.live.load(view));
  }
  remove(ids) {
    return call(() => this.#handle.live.remove(Float64Array.from(ids)));
  }
  get length() {
    return call(() => this.#handle.live.length);
  }
  all() {
    return call(() => new Selection(this.#handle.live.all()));
  }
  filter(filter, context) {
    checkFilter(filter);
    const table = this.#handle.live;
    return call(() => new Selection(context?.schema ? table.filterWith(schemaOf(context), filter) : table.filter(filter)));
  }
  record(id) {
    check(id, 'number', 'id');
    return call(() => this.#handle.live.record(id));
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
    return call(() => new Selection(this.#handle.live.sort(fields, descending)));
  }
  and(other) {
    return call(() => new Selection(this.#handle.live.and(other.#live())));
  }
  or(other) {
    return call(() => new Selection(this.#handle.live.or(other.#live())));
  }
  not() {
    return call(() => new Selection(this.#handle.live.not()));
  }
  records(fields, from = 0, to = Number.MAX_SAFE_INTEGER) {
    if (fields !== undefined && !Array.isArray(fields)) throw new TypeError('fields must be an array of names');
    return call(() => this.#handle.live.records(fields, from, Math.min(to, 0xffffffff)));
  }
  free() {
    this.#handle.free();
  }
  #live() {
    return this.#handle.live;
  }
}

export class Hierarchy {
  #handle;
  #measures;
  constructor(ids, parents, measures = {}) {
    if (ids?.length !== parents?.length) throw new TypeError('ids and parents must be of one length');
    const parentIds = Float64Array.from(parents, (id) => id ?? NaN);
    this.#measures = Object.fromEntries(Object.entries(measures).map(([name, own]) => [name, Float64Array.from(own)]));
    this.#handle = call(() => new Handle(new raw.Hierarchy(Float64Array.from(ids), parentIds)));
  }
  static fromTable(table, { parent = 'parentCompanyID', measures = [] } = {}) {
    if (!(table instanceof Table)) throw new TypeError('table must be a Table');
    const column = (field) => call(() => table[inner].column(field));
    return new Hierarchy(column('id'), column(parent), Object.fromEntries(measures.map((name) => [name, column(name)])));
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
  own(measure) {
    const own = this.#measures[measure];
    if (!own) throw new TypeError(`no measure ${measure}`);
    return own.slice();
  }
  subtree(measure) {
    return call(() => this.#handle.live.subtree(this.own(measure)));
  }
  problems() {
    return call(() => this.#handle.live.problems());
  }
  canMove(id, parent) {
    return call(() => this.#handle.live.canMove(id, parent ?? NaN));
  }
  move(id, parent) {
    call(() => this.#handle.live.move(id, parent ?? NaN));
  }
  free() {
    this.#handle.free();
  }
}

export function validate(entity, record, mode, context) {
  check(entity, 'string', 'entity');
  checkObject(record, 'record');
  if (mode !== 'create' && mode !== 'update') throw new TypeError("mode must be 'create' or 'update'");
  return call(() => raw.validate(schemaOf(context), entity, record, mode === 'create'));
}

export function buildRequest(operation) {
  checkObject(operation, 'operation');
  const context = operation.context ?? operation.query?.context;
  return call(() => raw.buildRequest(schemaOf(context), operation));
}

export function readResponse(operation, status, body) {
  checkObject(operation, 'operation');
  check(status, 'number', 'status');
  const view = checkBytes(body);
  return call(() => raw.readResponse(check(operation.kind, 'string', 'kind'), status, view));
}
