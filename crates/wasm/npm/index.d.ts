// Autotask's CRM in JavaScript. Nothing throws for bad data: it answers with issues. The exceptions are a filter with
// errors given to `Table.filter` or `printFilter`, an entity that does not exist given to `new Table`, and that or what is no
// row given to `diff`, `patch` or `verifyWrite`, which throw `AutotaskCrmError`. A wrong call (type of an argument, freed object, before `ready`) throws `TypeError`.

/// <reference lib="esnext.disposable" />

import type {
  Company, CompanyLocation, CompanyNote, CompanySiteConfiguration, CompanyToDo, Contact, Contract, ContractService, Opportunity,
} from './entities.js';

export * from './entities.js';

/** Loads the wasm; idempotent. In Node and with bundlers nothing need be passed. After a trap: a fresh instance. */
export function ready(source?: URL | string | Response | ArrayBuffer | ArrayBufferView): Promise<void>;
/** The package's version; empty until `ready()` has resolved. */
export const version: string;

export interface Issue {
  code: string;
  severity: 'error' | 'warning' | 'notice';
  message: string;
  hint?: string;
  /** Where in a record or a JSON document: `phone`, `filter[0].items[2].value`. */
  path?: string;
  /** Where in a text, in UTF-16 units; line and column count from 1. */
  start?: number;
  end?: number;
  line?: number;
  column?: number;
  expected?: string[];
}

/** Refused, with the issues; or the module trapped: `code` is `trap`, and `ready()` makes a fresh instance. */
export class AutotaskCrmError extends Error {
  constructor(code: string, message: string, issues?: Issue[]);
  code: string;
  issues: Issue[];
}

// ── what Autotask knows ──

export interface PicklistValue {
  value: string;
  label: string;
  isDefaultValue: boolean;
  sortOrder: number;
  parentValue: string;
  isActive: boolean;
  isSystem: boolean;
}

export interface FieldInfo {
  name: string;
  label: string;
  dataType?: string;
  /** User-defined fields say `type` where others say `dataType`. */
  type?: string;
  length: number;
  isRequired: boolean;
  isReadOnly: boolean;
  isQueryable: boolean;
  isReference: boolean;
  referenceEntityType: string;
  isPickList: boolean;
  picklistValues: PicklistValue[] | null;
  picklistParentValueField: string;
}

export interface EntityInfo {
  name: string;
  path: string;
  singular: string;
  canCreate: boolean;
  canUpdate: boolean;
  canDelete: boolean;
  canQuery: boolean;
  hasUserDefinedFields: boolean;
  parent?: { entity: string; field: string; childPath: string };
  fields: FieldInfo[];
  userDefinedFields: FieldInfo[];
}

/** The names of all entities, plural, in alphabetical order. */
export function entityNames(): string[];
/** What an entity is, as Autotask delivers it; its name in any letter case, singular or plural. */
export function entity(name: string): EntityInfo | undefined;

/** Vanilla metadata, overridden by an instance's own. */
export class Schema {
  constructor();
  /** Takes over answers of `entityInformation/fields` and `…/userDefinedFields`. */
  load(entity: string, fields?: Uint8Array | object | null, userDefinedFields?: Uint8Array | object | null): Issue[];
  entity(name: string): EntityInfo | undefined;
  free(): void;
  [Symbol.dispose](): void;
}

// ── filters ──

export interface Context {
  schema?: Schema;
  /** An ISO instant; without it the time of the call. The pages of one walk keep the time of the first. */
  now?: string;
  /** An IANA name such as `Europe/Berlin`, in which a date is a whole day; without it the zone of this machine. */
  zone?: string;
  /** The id of the resource that `me` is. */
  me?: number;
  /** 0 is Sunday, 1 is Monday. */
  weekStart?: 0 | 1;
  /** Rows of other entities, for fields of related rows such as `company.city`. */
  tables?: Record<string, Table>;
  /** Ids of names that were looked up. */
  resolved?: Record<string, number>;
}

export type FilterValue =
  | string
  | number
  | boolean
  | null
  /** A whole day: `2026-11-21`. */
  | { date: string }
  /** From now on: `-30d`, `startOfQuarter`. */
  | { relative: string }
  /** The name of a referenced row. */
  | { name: string }
  | { me: true };

/** Our tree: a superset of Autotask's. What Autotask takes comes from `planFilter` and `buildRequest`. */
export type FilterNode =
  | { op: 'and' | 'or' | 'not'; items: FilterNode[] }
  | {
      op:
        | 'eq' | 'noteq' | 'gt' | 'gte' | 'lt' | 'lte' | 'beginsWith' | 'endsWith' | 'contains' | 'exist' | 'notExist' | 'in' | 'notIn'
        | 'between' | 'notContains' | 'notBeginsWith' | 'notEndsWith' | 'digitsContain' | 'digitsBeginWith';
      /** May be one of a related row: `company.city`. */
      field: string;
      value?: FilterValue | FilterValue[];
      udf?: true;
    };

export interface FilterAnswer {
  /** The filter; null when there is an error among the issues. */
  filter: FilterNode[] | null;
  /** The same as canonical text. */
  text: string | null;
  issues: Issue[];
  unresolved: { field: string; entity: string; name: string }[];
}

/** Reads a filter as people write it. Every mistake is an issue at its place in the text. */
export function parseFilter(entity: string, text: string, context?: Context): FilterAnswer;
/**
 * Reads Autotask's JSON: an array, one node, a whole query body, or the address of a query (`…?search={…}`); as a value,
 * text or bytes.
 */
export function readFilter(
  entity: string,
  json: unknown,
  context?: Context,
): FilterAnswer & { maxRecords?: number; includeFields?: string[]; ignored: string[] };
/** A filter as canonical text, on one line or, `pretty`, over several. Throws `AutotaskCrmError` for what is no filter of the entity. */
export function printFilter(entity: string, filter: FilterNode[], context?: Context, layout?: 'line' | 'pretty'): string;

export interface FilterPlan {
  /** What Autotask takes; every row that matches the filter satisfies it. */
  server: FilterNode[];
  /** The same as the queries to send: one, unless a list is longer than Autotask takes. */
  queries: FilterNode[][];
  /**
   * Ids to look up first, for an `in` on the field `into`, beside `server`. Where a look-up finds none, no row matches.
   * With more than 500 ids plan again, the `in` among the nodes: `queries` are then several.
   */
  lookups: { entity: string; filter: FilterNode[]; into: string }[];
  /** Names whose ids have to be put into `context.resolved` before it can be planned. */
  unresolved: { field: string; entity: string; name: string }[];
  /** What is left to do with `Table.filter`; empty when the rows that come are the result. */
  local: FilterNode[];
  /** Where each node runs: `path` is which item of each group, from the top. */
  nodes: { path: number[]; where: 'server' | 'local' | 'split'; reason?: string }[];
  /** Conditions of the server part that count against Autotask's 500: those under an `or`, and the values of lists. */
  conditions: number;
  udfs: number;
  /** With an error nothing runs. */
  issues: Issue[];
}

/** What Autotask can run of a filter, what to look up first, and what is left to do with the rows that come. */
export function planFilter(entity: string, filter: FilterNode[] | string, context?: Context): FilterPlan;

export interface Completion {
  kind: 'field' | 'operator' | 'value' | 'keyword';
  /** What to write in the place of `from` to `to`, in UTF-16 units. */
  insert: string;
  label: string;
  detail?: string;
  from: number;
  to: number;
}

/** What could stand at the cursor, best first. */
export function completeFilter(entity: string, text: string, cursor: number, context?: Context): Completion[];

// ── rows ──

export class Table {
  /** Throws `AutotaskCrmError` for an entity that does not exist. */
  constructor(entity: string, context?: Context);
  /** A query answer `{"items":…}`, an array, or JSON lines; by id. */
  load(bytes: ArrayBuffer | ArrayBufferView): { added: number; updated: number; skipped: number; issues: Issue[] };
  /** How many of these there were. Older selections lose them; the numbers of other rows stay. */
  remove(ids: ArrayLike<number>): number;
  readonly length: number;
  /** All rows, in the order in which they came. */
  all(): Selection;
  /** Throws `AutotaskCrmError` with `.issues` for a filter with errors; ask `parseFilter` first. */
  filter(filter: string | FilterNode[], context?: Context): Selection;
  /**
   * What somebody types: every word is somewhere in a row's names, numbers, phone numbers (by their digits), e-mail or web
   * addresses or city, letter case and accents aside. Best rows first, by score, name and id; 50 where `limit` does not say
   * otherwise. The first 200 characters count; nothing typed finds nothing. The first search after a load that replaced rows
   * reads them all again.
   */
  search(text: string, limit?: number, options?: SearchOptions): SearchHits;
  /** One row by its id. */
  record(id: number): object | undefined;
  /** The table as bytes, to be kept in a file or a browser's database; three times as fast to restore as rows to load. */
  snapshot(): Uint8Array;
  /** Throws `AutotaskCrmError` with code `snapshot.other`, `snapshot.version` or `snapshot.damaged`: load the rows again then. */
  static restore(bytes: ArrayBuffer | ArrayBufferView, context?: Context): Table;
  /** Gives the memory back at once. */
  free(): void;
  [Symbol.dispose](): void;
}

export interface SearchOptions {
  /** Whether a word may have one mistake when fewer than `limit` rows match without; true where it does not say. */
  typos?: boolean;
}

export interface SearchHit {
  /** The row's number, as in `Selection.rows()`. */
  row: number;
  id: number;
  /**
   * 81 to 100 where a field is what was typed, from 61 where one begins with it, from 41 where a word does, from 21 where it
   * is elsewhere, below that with a mistake; the better the field, the higher.
   */
  score: number;
  /** What to highlight: the best place of each word in each field, in UTF-16 units of the field's own text. */
  marks: { field: string; start: number; end: number }[];
}

export interface SearchHits extends Array<SearchHit> {
  /** How many rows match in all; those with a mistake count when mistakes were looked for. */
  readonly total: number;
}

export class Selection {
  private constructor();
  readonly length: number;
  /** Row numbers, stable while the table lives. */
  rows(): Uint32Array;
  /** Ids, exact below 2^53. */
  ids(): Float64Array;
  /**
   * By one field after another, `udf."Customer Ranking"` too; rows without a value come last, picklists sort by label. A
   * field that neither the entity nor any row has is a `TypeError`, here and in `records`.
   */
  sort(by: { field: string; descending?: boolean }[]): Selection;
  /** Both must be of the same table, else `TypeError`. */
  and(other: Selection): Selection;
  or(other: Selection): Selection;
  not(): Selection;
  /**
   * The values of a field and how many of these rows have each, the most frequent first: what `field = value` would find.
   * `value` is null for the rows without one; `label` is there for picklists.
   */
  facets(field: string, top?: number): { value: unknown; label?: string; count: number }[];
  /** `count` rows with a value, `empty` without; `min` and `max` as the field sorts by value, `sum` for numbers. */
  aggregate(field: string): { count: number; empty: number; distinct: number; min?: unknown; max?: unknown; sum?: number };
  /** Rows as objects, from one place to before another. Row by row; fetch the part that is shown. */
  records(fields?: string[], from?: number, to?: number): object[];
  free(): void;
  [Symbol.dispose](): void;
}

// ── duplicates ──

/** Which rows are duplicates. What is left out is as the package has it for the entity. */
export interface DuplicateRules {
  /** The score from which on two rows are taken for one, 0 to 1; 0.8 when absent. */
  threshold?: number;
  /** What is compared, at most 16 keys; instead of the entity's own, not beside them. */
  keys?: DuplicateKey[];
  /** Pairs of ids that somebody has looked at and found to be different. */
  notDuplicates?: [number, number][];
}
export interface DuplicateKey {
  /** A field: `companyName`, `udf."Account code"`; or several that make one value: `firstName+lastName`. */
  field: string;
  /** How much an agreement counts, 0 to 1000; 1 when absent. */
  weight?: number;
  /**
   * How values are compared: as written, as names of companies or of people, by the last nine digits, by the web domain, as
   * e-mail addresses, by their words, by the day. By what the field holds when absent.
   */
  compare?: 'exact' | 'name' | 'person' | 'digits' | 'domain' | 'email' | 'text' | 'date';
  /** How much a difference counts, as a share of the weight, 0 to 1000. */
  against?: number;
}
/** The rows that a record may be another entry of, the likeliest first; ask before a create. Throws {@link AutotaskCrmError} for bad rules. */
export function findMatches(table: Table, candidate: object, rules?: DuplicateRules): { id: number; score: number; reasons: string[] }[];
/** The rows that are entries of one thing, in clusters, with why in words. Throws {@link AutotaskCrmError} for bad rules. */
export function findDuplicates(table: Table, rules?: DuplicateRules): { ids: number[]; score: number; reasons: string[] }[];
/** The same as pairs of ids, `a` below `b`, for large tables. Throws {@link AutotaskCrmError} for bad rules. */
export function duplicatePairs(table: Table, rules?: DuplicateRules): { a: Float64Array; b: Float64Array; score: Float32Array };

// ── hierarchy ──

/** A number a row, NaN or null for none; or amounts in several currencies, which become a measure each: `amount:USD`. */
export type MeasureValues =
  | ArrayLike<number | null>
  | { amounts: ArrayLike<number | null>; currencies: ArrayLike<string | null> };

/** A place in the forest: ids from the top down, the level (1 at the top), the deepest level of what is below. */
export interface Standing {
  path: number[];
  level: number;
  deepest: number;
}

export interface MoveImpact {
  /** How many companies move: this one and all below it. */
  companies: number;
  /** Absent for a company that is not there. */
  before?: Standing;
  /** Absent for a move that is refused. */
  after?: Standing;
  /** Before and after, of the companies above the old place, then of those above the new one; the nearest 100 of each. */
  rollUps: {
    id: number;
    companies: [number, number];
    sums: Record<string, [number, number]>;
    maxima: Record<string, [number | null, number | null]>;
  }[];
}

export interface HierarchyProblem {
  /** `ownCompany`: company 0 has a parent. `duplicate`: a second row with the id. */
  kind: 'cycle' | 'orphan' | 'self' | 'depth' | 'inactiveParent' | 'ownCompany' | 'duplicate';
  /** Of a cycle all members, child → parent. */
  ids: number[];
  message: string;
}

export class Hierarchy {
  /**
   * NaN or null as a parent means none; of two rows with one id the first has the children. `levels` is how many are
   * wanted before `problems()` and `canMove` say so: 2 as in Autotask's screens, or `Infinity`. `active` has 0 or false
   * for inactive companies.
   */
  constructor(
    ids: ArrayLike<number>,
    parents: ArrayLike<number | null>,
    measures?: Record<string, MeasureValues>,
    options?: { levels?: number; active?: ArrayLike<number | boolean> },
  );
  /** Rows are numbered in the order of `table.all()`. A date as a measure is in milliseconds since 1970. */
  static fromTable(table: Table, options?: { parent?: string; measures?: string[]; levels?: number }): Hierarchy;
  /** Rows, parents before children; members of cycles and rows whose parent is missing stand at the top. */
  order(): Uint32Array;
  depth(): Uint32Array;
  /** The parent's row, −1 for none. */
  parent(): Int32Array;
  /** How many companies are below each. */
  descendants(): Uint32Array;
  /** The names of the measures. */
  measures(): string[];
  own(measure: string): Float64Array;
  /** Sums over each row and all below it. What is not finite counts as no number, here and in the other roll-ups. */
  subtree(measure: string): Float64Array;
  /** The greatest number of each row and all below it; NaN where there is none. */
  maxima(measure: string): Float64Array;
  /** How many of each row and all below it have a number. */
  counts(measure: string): Uint32Array;
  problems(): HierarchyProblem[];
  canMove(id: number, parent: number | null): { ok: boolean; issues: Issue[]; impact: MoveImpact };
  /** Ask `canMove` first: this makes whatever forest comes of it. An id that is not there is a `TypeError`. */
  move(id: number, parent: number | null): void;
  free(): void;
  [Symbol.dispose](): void;
}

// ── quality ──

/**
 * What makes a row a finding, as data: the row is in the `scope`, and everything that the rule names holds of it. At
 * least one of `filter`, `check`, `with`, `without`, `same` and `hierarchy` is given.
 */
export interface QualityRule {
  /** Stable: `company.owner`. */
  id: string;
  /** Whose rows. */
  entity: string;
  /** What a finding is called; without it the id. */
  title?: string;
  severity: 'error' | 'warning' | 'notice';
  /** Why it matters, for a person. */
  why?: string;
  /** The rows that the rule is about, as filter text; without it all. */
  scope?: string;
  /** Which of them are findings, as filter text. */
  filter?: string;
  /**
   * At least one of the fields fails the check; what is empty passes those of texts. Without `fields`, `inactiveValue`
   * looks at all picklists and `emptyRequired` at the user-defined fields that metadata requires.
   */
  check?: {
    is:
      | 'shouting' | 'testData' | 'spaces' | 'legalForm' | 'malformedPhone' | 'malformedEmail' | 'malformedWeb' | 'malformedPostcode'
      | 'inactiveValue' | 'emptyRequired';
    fields?: string[];
  };
  /** Rows of another entity of which at least one has this row's id in `field`. */
  with?: { entity: string; field: string; filter?: string };
  /** The same, none. */
  without?: { entity: string; field: string; filter?: string };
  /**
   * Another row of the scope is the same: `'duplicates'` as {@link findDuplicates} finds them, or fields that are equal.
   * `name` is for companies; `text`, without regard to case and spaces, is meant if nothing is said.
   */
  same?: 'duplicates' | { field: string; compare?: 'exact' | 'name' | 'digits' | 'text' | 'email' }[];
  /** What is wrong with a company's place among the others. */
  hierarchy?: ('cycle' | 'orphan' | 'self' | 'depth' | 'inactiveParent')[];
  /** How a finding is mended: in words, and where the same values mend every one, what to write. */
  fix?: { advice: string; set?: Record<string, unknown> };
}

/** Counts and score of some rows. */
export interface QualityTally {
  /** Rows that at least one rule is about. */
  rows: number;
  /** Those of them without any finding. */
  clean: number;
  /** Findings by severity; a row may have several. */
  errors: number;
  warnings: number;
  notices: number;
  /**
   * The mean over these rows, 0 to 100: each begins with 100 points, an error takes 50, a warning 20, a notice 5, until
   * none is left. Cut to one digit, so only clean rows have 100. Null without rows.
   */
  score: number | null;
}

export interface QualityReport {
  /** The mean of the entities' scores. */
  score: number | null;
  /** One for each rule that ran, in the order of the rules. */
  rules: {
    /** The rule's id. */
    rule: string;
    entity: string;
    severity: 'error' | 'warning' | 'notice';
    /** How many rows were found, of how many in the rule's scope. */
    count: number;
    of: number;
    /** The rows found, in the order of the table. */
    ids: Float64Array;
    /** For `same`: the ids that belong together. */
    groups?: number[][];
  }[];
  /** By entity, in the order of the tables. */
  entities: ({ entity: string } & QualityTally)[];
  /** By `ownerResourceID`, most points lost first; rows below a company count for its owner. Null: not known. */
  owners: ({ owner: number | null } & QualityTally)[];
  /**
   * Why rules did not run, or looked at less: unknown fields, no table, a field that no row carries (it does not count as
   * empty). `path` is `rules[3].severity` for a rule that cannot be read, else the rule's id and member: `company.owner.filter`.
   */
  issues: Issue[];
}

/** The built-in rules; a base for your own. */
export function auditRules(): QualityRule[];
/**
 * Runs rules over whole tables, the built-in ones if none are given. Of two tables for one entity the first counts. Fields
 * of related rows find theirs among `tables` and in `context.tables`.
 */
export function audit(tables: Table[], rules?: QualityRule[], context?: Context): QualityReport;

// ── records and requests ──

/**
 * Every problem of a row, at its field. An `error` cannot be sent, a `warning` would be ignored by Autotask. Names of
 * older texts (`isPrimaryContact`, `country`, `AccountName`) are read with a notice.
 */
export function validate(entity: string, record: object, mode: 'create' | 'update', context?: Context): Issue[];

/**
 * The rows of a query answer, an array or JSON lines, each judged as `validate` does. `failed` has the numbers of all rows
 * with an error; `issues` are those of rows that failed, warnings included, the first 1,000. Bytes that hold no rows have
 * `rows` 0 and one issue.
 */
export function validateBytes(
  entity: string,
  bytes: Uint8Array,
  mode: 'create' | 'update',
  context?: Context,
): { rows: number; failed: Uint32Array; issues: { row: number; issue: Issue }[] };

/** A field that differs between two states of a row. */
export interface Change {
  /** A user-defined one as `udf.Name`. */
  field: string;
  /** What people call it. */
  label: string;
  /** What it was and is; null for nothing. */
  before: unknown;
  after: unknown;
  /** In words, with labels in the place of numbers: `Company type: Prospect → Customer`. */
  text: string;
}

/**
 * What differs in the fields that `after` carries; what it does not carry is untouched. Numbers, dates and flags that mean
 * the same are the same. Rows of `context.tables` are called by their names, others by their ids. Here, in `patch` and in
 * `verifyWrite`, an entity that does not exist and a state that is no row throw {@link AutotaskCrmError}.
 */
export function diff(entity: string, before: object, after: object, context?: Context): Change[];
/**
 * The row to send as an `update`: its id, the fields of `after` that are others than in `before`, null for what is cleared;
 * of the user-defined ones those that change. Without a change it has the id alone: nothing to send.
 */
export function patch(entity: string, before: object, after: object): object;
/** A field of a write, and what became of it. */
export interface FieldOutcome {
  /** A user-defined one as `udf.Name`. */
  field: string;
  /**
   * `changed`: it is what was sent. `ignored`: it is what it was, Autotask answered 200 and left it alone. `other`: it is
   * neither, cut, rounded, set by a rule or by somebody else.
   */
  outcome: 'changed' | 'ignored' | 'other';
}
/** What became of each field that was sent: `before` is the row before the write, `after` as it was read again. */
export function verifyWrite(entity: string, sent: object, before: object, after: object): FieldOutcome[];

/**
 * What to send, behind `…/ATServicesRest`. With an error among the issues, `method` and `path` are empty. Names of older texts are sent as those of today, with
 * a notice; names of references (`country: 'United States'`) once their id stands in `context.resolved`, before that
 * they are `unresolved`.
 */
export function buildRequest(operation: Operation): {
  method: string;
  path: string;
  body?: string;
  issues: Issue[];
  unresolved?: { field: string; entity: string; name: string }[];
};
/** What an answer says, told by its body as much as by its status. */
export function readResponse(operation: Operation, status: number, body: ArrayBuffer | ArrayBufferView): Outcome;

export interface QueryOperation {
  kind: 'query' | 'count';
  entity: string;
  filter?: FilterNode[] | string;
  maxRecords?: number;
  includeFields?: string[];
  /** `POST` keeps what is searched for out of addresses and logs; without it, GET while the address is short enough. */
  method?: 'GET' | 'POST';
  context?: Context;
}

export type Operation =
  | QueryOperation
  /** Keeps verb and body of the first page. */
  | { kind: 'next'; entity: string; url: string; query: QueryOperation }
  | { kind: 'get' | 'delete'; entity: string; id: number; parentId?: number }
  /** `parentId` is taken from the record where it is there. */
  | { kind: 'create' | 'update' | 'replace'; entity: string; record: object; parentId?: number; context?: Context }
  | { kind: 'info' | 'fields' | 'userDefinedFields'; entity: string }
  | { kind: 'zone'; user: string }
  | { kind: 'threshold' };

export type Outcome =
  | { ok: true; items?: object[]; item?: object | null; itemId?: number; count?: number; next?: string | null; body?: unknown; issues?: Issue[] }
  | {
      ok: false;
      kind: 'credentials' | 'permission' | 'validation' | 'throttled' | 'route' | 'notFound' | 'fault' | 'malformed' | 'unreachable';
      status: number;
      messages: string[];
      advice: string;
      /** Whether a read may be tried again. A create must never be repeated on this alone. */
      retry: boolean;
      issues: Issue[];
    };

// ── onboarding ──

/** What a new client shall be. */
export interface OnboardingAnswers {
  /**
   * Tells this run from all others, since it is part of every sending's key; made when absent. It is in the plan: keep that,
   * and do not plan again to go on with a run.
   */
  runId?: string;
  /** The company, with what is set at it later: parent, bill-to, tax, invoice template, classification, its own fields. */
  company?: Company;
  /** The sites, at most 1,000; the first is the primary location, which Autotask makes by itself. */
  sites?: CompanyLocation[];
  /** The contacts, at most 1,000; the one with `primaryContact`, else the first, is the primary one. */
  contacts?: {
    record?: Contact;
    /** Where the person works: which of the sites, from 0. */
    site?: number | null;
  }[];
  /** The tenant's own fields of the site configuration, as `userDefinedFields`. */
  /** Index into `sites`: where invoices go; none for the company's address. */
  billToSite?: number | null;
  siteConfiguration?: CompanySiteConfiguration | null;
  /** A contract for recurring services. */
  contract?: {
    record?: Contract;
    /** Whom it is made with: which of the contacts, from 0. */
    contact?: number | null;
    /** Its lines, at most 1,000. `quantity` is how many units, from the contract's first day on; none for a line without. */
    services?: { record?: ContractService; quantity?: number | null }[];
  } | null;
  /** What follows at the end. */
  first?: { note?: CompanyNote | null; toDo?: CompanyToDo | null; opportunity?: Opportunity | null } | null;
}

/** The steps of one onboarding, in order. Plain data: keep it beside its journal. */
export interface OnboardingPlan {
  /** The form of it. A plan of another version is not driven. */
  version: number;
  runId: string;
  /**
   * In seconds: how long Autotask may still write what it did not answer (360), and the time between two looks for it (30).
   */
  timing?: { latestCommit: number; lookAgain: number };
  steps: OnboardingStep[];
}

/** One row to be made or changed. */
export interface OnboardingStep {
  /** `company`, `primary_location`, `site_1`, `contact_0`, … */
  id: string;
  entity: string;
  /**
   * `create` makes a row, `adopt` changes the one that Autotask made by itself, `update` the one of an earlier step, `adjust`
   * adds units to a line of a contract.
   */
  kind: 'create' | 'adopt' | 'update' | 'adjust';
  /** What it is called, for people. */
  title: string;
  record: object;
  /** Fields that take the id which an earlier step produces; an optional one is left out when that step was skipped. */
  references: { field: string; step: string; isOptional: boolean }[];
  /** Steps that come first, although none of their ids is needed. */
  after: string[];
}

/**
 * Something that happened to a step, or to the run, and when (`at`, an ISO time). A journal of them is only ever added to,
 * and kept where it outlives a crash.
 */
export type OnboardingEvent = { at: string } & (
  /** A `lookUp` answered with these ids. */
  | { event: 'found'; step: string; ids: number[] }
  /** It is about to be sent, as the action `send` says; kept before the sending. */
  | { event: 'intended'; step: string; attempt: number; hash: string }
  /** Autotask confirmed it. */
  | { event: 'confirmed'; step: string; id: number }
  /** Autotask refused it: nothing was written. */
  | { event: 'rejected'; step: string; messages: string[] }
  /** Autotask was too busy, or the limit of the hour was reached: nothing was written. It is sent again after a minute. */
  | { event: 'throttled'; step: string; why: string }
  /** No answer came, or none that says: it may or may not have been written. */
  | { event: 'unknown'; step: string; why: string }
  /** A person took a row that was found for this step. */
  | { event: 'adopted'; step: string; id: number }
  /** A person said that the rows that were found are others. */
  | { event: 'notTheSame'; step: string }
  /** A person corrected the row; it is tried again. */
  | { event: 'edited'; step: string; record: object }
  /** A person goes on without it. */
  | { event: 'skipped'; step: string }
  | { event: 'paused' }
  | { event: 'resumed'; by: string }
);

/** What a person has to decide, and the events that can answer it. */
export type OnboardingQuestion =
  /** Rows like it exist: `adopted` or `notTheSame`. */
  | { question: 'exists'; ids: number[] }
  /** Autotask refused it: `edited` or `skipped`. */
  | { question: 'refused'; messages: string[] }
  /** It may have been written, but is not to be found: `notTheSame` has it sent again, `skipped` goes on. */
  | { question: 'inDoubt'; why: string }
  /** A step that it needs was skipped: `skipped`. */
  | { question: 'dependsOnSkipped'; on: string }
  /** It is there twice, says the journal: `adopted`. */
  | { question: 'twice'; ids: number[] }
  /** `resumed`. */
  | { question: 'paused' }
  /** Plan and journal do not belong together, or the plan has another version; nothing is sent. Begin a new run. */
  | { question: 'broken'; why: string };

/** What to do next; operations go through `buildRequest` as they are. */
export type OnboardingAction =
  /** Ask Autotask and note `found` with the ids. */
  | { action: 'lookUp'; step: string; operation: QueryOperation }
  /** Note `intended`, send, and note what came of it. `key` is `runId/step/attempt`. */
  | {
      action: 'send';
      step: string;
      operation: { kind: 'create' | 'update'; entity: string; record: object; parentId?: number };
      key: string;
      attempt: number;
      hash: string;
    }
  /** Nothing can be done before this time. */
  | { action: 'waitUntil'; step: string; until: string; why: string }
  /** A person has to decide; `step` is empty for the run as a whole. */
  | { action: 'ask'; step: string; question: OnboardingQuestion }
  /** Nothing is left to do; `id` is null for what was skipped. */
  | { action: 'done'; outcomes: { step: string; id: number | null }[] };

/**
 * Orders the answers into steps and checks every row; `calls` is how many requests a run takes when all goes well. The issues
 * are at paths such as `company.phone`, `sites[1].name`, `contacts[0].site`; `onboarding.malformed` tells what could not be
 * read and is not in the plan. Begin nothing while one of them is an error.
 */
export function planOnboarding(answers: OnboardingAnswers, context?: Context): { plan: OnboardingPlan; calls: number; issues: Issue[] };
/**
 * What to do next, told from the plan, what has happened and the time (ISO) alone. After any doubt it looks, until nothing can
 * be written any more, before it sends again. What is no plan or no journal is a `TypeError` that says where.
 */
export function nextAction(plan: OnboardingPlan, journal: OnboardingEvent[], now: string): OnboardingAction;
