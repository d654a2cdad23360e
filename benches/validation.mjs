// Checking rows: ours from the bytes of an answer, and object by object, beside schema libraries with the same
// constraints written by hand. The rows that fail are compared by number before times are printed.
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { FormatRegistry, Type } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import Ajv from 'ajv';
import * as v from 'valibot';
import { z } from 'zod';
import { entity, ready, validate, validateBytes } from '../target/npm/node.js';
import { percentile, report } from './support/report.mjs';
import { companies, contacts, rng } from './support/world.mjs';

const ROWS = 100_000;
const ROUNDS = 9;
/** Rows of each set that are checked object by object. */
const OBJECTS = 5_000;
/** Of the slow ones, which decide little. */
const ROUNDS_SLOW = 7;
const BROKEN = 0.01;

await ready();

/** Rows as Autotask could have sent them: fields that there are, values that it takes. */
const types = entity('Companies').fields.find(({ name }) => name === 'companyType').picklistValues.map(({ value }) => Number(value));
const territories = entity('Companies').fields.find(({ name }) => name === 'territoryID').picklistValues.map(({ value }) => Number(value));
const classes = entity('Companies').fields.find(({ name }) => name === 'classification').picklistValues.map(({ value }) => Number(value));
const good = companies(ROWS).map(({ annualRevenue, ...row }, n) => ({
  ...row,
  companyType: types[n % types.length],
  classification: row.classification === null ? null : classes[n % classes.length],
  territoryID: territories[n % territories.length],
  assetValue: annualRevenue,
}));
const people = contacts(ROWS, good);

/** Breaks one row of a hundred, each time in another way; answers the numbers of the broken rows. */
function damage(rows, ways) {
  const next = rng(20260105);
  return rows.flatMap((row, n) => {
    if (next() >= BROKEN) return [];
    ways[Math.floor(next() * ways.length)](row);
    return [n];
  });
}
const brokenCompanies = damage(good, [
  (row) => { row.companyName = ''; },
  (row) => { row.companyName = 'x'.repeat(101); },
  (row) => { row.phone = 'n/a'; },
  (row) => { row.companyType = 77; },
  (row) => { row.isActive = 'perhaps'; },
  (row) => { row.webAddress = 'not an address'; },
  (row) => { row.ownerResourceID = 'nobody'; },
  (row) => { row.city = 'y'.repeat(31); },
  (row) => { row.assetValue = 'much'; },
  (row) => { row.postalCode = 12345; },
]);
const brokenPeople = damage(people, [
  (row) => { row.emailAddress = 'no.address'; },
  (row) => { row.firstName = null; },
  (row) => { row.lastName = 'z'.repeat(51); },
  (row) => { row.isActive = 2; },
  (row) => { row.mobilePhone = 'call me'; },
  (row) => { row.phone = 5; },
]);
const part = (set) => ({ ...set, rows: set.rows.slice(0, OBJECTS), broken: set.broken.filter((row) => row < OBJECTS) });
const encode = (rows) => new TextEncoder().encode(JSON.stringify({ items: rows, pageDetails: { count: rows.length } }));
const SETS = [
  { name: 'Companies', rows: good, bytes: encode(good), broken: brokenCompanies },
  { name: 'Contacts', rows: people, bytes: encode(people), broken: brokenPeople },
];

// ── the constraints, once as patterns that every library takes ──

const EMAIL = /^[\p{L}\p{N}!#$%&'*+\-/=?^_`{|}~]+(\.[\p{L}\p{N}!#$%&'*+\-/=?^_`{|}~]+)*@([\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?$|^\s*$/u;
const PHONE = /^(?=(\D*\d){3})[\d\s+\-().\/–]+$|^\s*$/;
const WEB = /^(https?:\/\/)?([\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?(:\d+)?([/?#]\S*)?$|^\s*$/iu;
const NOT_BLANK = /\S/;
const MOST = 2 ** 31 - 1;

/** Each field: sort of value, and its bound. Fields that are read-only may hold anything: Autotask ignores them. */
const FIELDS = {
  Companies: {
    id: ['id'], companyName: ['name', 100], companyNumber: ['text', 50], companyType: ['type', types], classification: ['pick', classes],
    isActive: ['flag'], ownerResourceID: ['owner'], territoryID: ['pick', territories], parentCompanyID: ['reference'], city: ['text', 30],
    postalCode: ['text', 10], countryID: ['reference'], phone: ['needed phone', 25], webAddress: ['web', 255],
    additionalAddressInformation: ['text', 100], assetValue: ['number'],
  },
  Contacts: {
    id: ['id'], firstName: ['name', 50], lastName: ['name', 50], emailAddress: ['email', 254], phone: ['phone', 25], mobilePhone: ['phone', 25],
    isActive: ['zero or one'], title: ['text', 50],
  },
};

function typebox(fields) {
  const S = {
    id: () => Type.Integer(),
    name: (most) => Type.String({ maxLength: most, pattern: NOT_BLANK.source }),
    text: (most) => Type.Union([Type.String({ maxLength: most }), Type.Null()]),
    type: (values) => Type.Union(values.map((value) => Type.Literal(value))),
    pick: (values) => Type.Union([...values.map((value) => Type.Literal(value)), Type.Null()]),
    flag: () => Type.Union([Type.Boolean(), Type.Null()]),
    owner: () => Type.Integer({ minimum: 0, maximum: MOST }),
    reference: () => Type.Union([Type.Integer({ minimum: 0, maximum: MOST }), Type.Null()]),
    'needed phone': (most) => Type.String({ maxLength: most, format: 'phone', pattern: NOT_BLANK.source }),
    phone: (most) => Type.Union([Type.String({ maxLength: most, format: 'phone' }), Type.Null()]),
    web: (most) => Type.Union([Type.String({ maxLength: most, format: 'web' }), Type.Null()]),
    email: (most) => Type.Union([Type.String({ maxLength: most, format: 'email' }), Type.Null()]),
    number: () => Type.Union([Type.Number(), Type.Null()]),
    'zero or one': () => Type.Union([Type.Literal(0), Type.Literal(1)]),
  };
  return Type.Object(Object.fromEntries(Object.entries(fields).map(([name, [kind, bound]]) => [name, kind === 'id' ? S.id() : Type.Optional(S[kind](bound))])));
}
for (const [name, pattern] of Object.entries({ phone: PHONE, web: WEB, email: EMAIL })) FormatRegistry.Set(name, (text) => pattern.test(text));

function ajvSchema(fields) {
  const text = (rest) => ({ type: ['string', 'null'], ...rest });
  const S = {
    id: () => ({ type: 'integer' }),
    name: (most) => ({ type: 'string', maxLength: most, format: 'notBlank' }),
    text: (most) => text({ maxLength: most }),
    type: (values) => ({ enum: values }),
    pick: (values) => ({ enum: [...values, null] }),
    flag: () => ({ type: ['boolean', 'null'] }),
    owner: () => ({ type: 'integer', minimum: 0, maximum: MOST }),
    reference: () => ({ type: ['integer', 'null'], minimum: 0, maximum: MOST }),
    'needed phone': (most) => ({ type: 'string', maxLength: most, allOf: [{ format: 'notBlank' }, { format: 'phone' }] }),
    phone: (most) => text({ maxLength: most, format: 'phone' }),
    web: (most) => text({ maxLength: most, format: 'web' }),
    email: (most) => text({ maxLength: most, format: 'email' }),
    number: () => ({ type: ['number', 'null'] }),
    'zero or one': () => ({ enum: [0, 1] }),
  };
  const properties = Object.fromEntries(Object.entries(fields).map(([name, [kind, bound]]) => [name, S[kind](bound)]));
  return { type: 'object', required: ['id'], properties };
}
const ajv = new Ajv({ formats: { phone: PHONE, web: WEB, email: EMAIL, notBlank: NOT_BLANK }, allowUnionTypes: true });

function zodSchema(fields) {
  const S = {
    id: () => z.int(),
    name: (most) => z.string().max(most).regex(NOT_BLANK),
    text: (most) => z.string().max(most).nullable(),
    type: (values) => z.literal(values),
    pick: (values) => z.literal(values).nullable(),
    flag: () => z.boolean().nullable(),
    owner: () => z.int().min(0).max(MOST),
    reference: () => z.int().min(0).max(MOST).nullable(),
    'needed phone': (most) => z.string().max(most).regex(NOT_BLANK).regex(PHONE),
    phone: (most) => z.string().max(most).regex(PHONE).nullable(),
    web: (most) => z.string().max(most).regex(WEB).nullable(),
    email: (most) => z.string().max(most).regex(EMAIL).nullable(),
    number: () => z.number().nullable(),
    'zero or one': () => z.literal([0, 1]),
  };
  return z.object(Object.fromEntries(Object.entries(fields).map(([name, [kind, bound]]) => [name, kind === 'id' ? S.id() : S[kind](bound).optional()])));
}

function valibotSchema(fields) {
  const int = () => v.pipe(v.number(), v.integer());
  const id = () => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MOST));
  const text = (most, pattern) => v.pipe(v.string(), v.maxLength(most), ...(pattern ? [v.regex(pattern)] : []));
  const S = {
    id: int,
    name: (most) => text(most, NOT_BLANK),
    text: (most) => v.nullable(text(most)),
    type: (values) => v.picklist(values),
    pick: (values) => v.nullable(v.picklist(values)),
    flag: () => v.nullable(v.boolean()),
    owner: id,
    reference: () => v.nullable(id()),
    'needed phone': (most) => v.pipe(v.string(), v.maxLength(most), v.regex(NOT_BLANK), v.regex(PHONE)),
    phone: (most) => v.nullable(text(most, PHONE)),
    web: (most) => v.nullable(text(most, WEB)),
    email: (most) => v.nullable(text(most, EMAIL)),
    number: () => v.nullable(v.number()),
    'zero or one': () => v.picklist([0, 1]),
  };
  return v.object(Object.fromEntries(Object.entries(fields).map(([name, [kind, bound]]) => [name, kind === 'id' ? S.id() : v.optional(S[kind](bound))])));
}

const began = performance.now();
const checks = { typebox: {}, ajv: {}, zod: {}, valibot: {} };
for (const { name } of SETS) {
  const compiled = TypeCompiler.Compile(typebox(FIELDS[name]));
  checks.typebox[name] = (row) => compiled.Check(row);
  checks.ajv[name] = ajv.compile(ajvSchema(FIELDS[name]));
  const zod = zodSchema(FIELDS[name]);
  checks.zod[name] = (row) => zod.safeParse(row).success;
  const valibot = valibotSchema(FIELDS[name]);
  checks.valibot[name] = (row) => v.safeParse(valibot, row).success;
}
const setUp = performance.now() - began;

const failures = (rows, check) => rows.flatMap((row, n) => (check(row) ? [] : [n]));
/** Each answers the numbers of the rows that fail. */
const fromRows = (peer) => ({ name, rows }) => failures(rows, checks[peer][name]);
const fromBytes = (peer) => ({ name, bytes }) => failures(JSON.parse(new TextDecoder().decode(bytes)).items, checks[peer][name]);
const isFine = (name) => (row) => !validate(name, row, 'update').some(({ severity }) => severity === 'error');

function measure(peers, sets, rounds) {
  const times = new Map(peers.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, work] of peers) {
      const start = performance.now();
      const found = sets.map(work);
      times.get(name).push(performance.now() - start);
      sets.forEach(({ name: set, broken }, at) => {
        if (found[at].length === broken.length && broken.every((row, n) => row === found[at][n])) return;
        const odd = broken.find((row, n) => row !== found[at][n]) ?? found[at][broken.length];
        throw new Error(`${name}: ${found[at].length} of ${set} fail, not ${broken.length}; see row ${odd}: ${JSON.stringify(sets[at].rows[odd])}`);
      });
    }
  }
  return new Map([...times].map(([name, list]) => [name, { min: Math.min(...list), median: percentile(list, 50) }]));
}

const bytes = measure(
  [
    ['ours, from bytes', ({ name, bytes }) => validateBytes(name, bytes, 'update').failed],
    ['JSON.parse and TypeBox', fromBytes('typebox')],
    ['JSON.parse and ajv', fromBytes('ajv')],
  ],
  SETS,
  ROUNDS,
);
const objects = measure(
  [
    ['ours, object by object', ({ name, rows }) => failures(rows, isFine(name))],
    ['zod', fromRows('zod')],
    ['valibot', fromRows('valibot')],
    ['ajv', fromRows('ajv')],
    ['TypeBox, compiled', fromRows('typebox')],
  ],
  SETS.map(part),
  ROUNDS_SLOW,
);
const forms = [];
for (let round = 0; round < 10; round += 1) {
  const start = performance.now();
  for (let n = 0; n < 200; n += 1) validate('Companies', good[n], 'update');
  forms.push(((performance.now() - start) / 200) * 1000);
}

const ms = (value) => value.toFixed(1);
const lines = [];
const add = (name, times, [goal, most, other] = []) => {
  const ratio = other && [times.min / other.min, times.median / other.median];
  const outcome = ratio && (Math.max(...ratio) <= most ? 'met' : 'missed');
  lines.push({
    what: name,
    'min ms': ms(times.min),
    'median ms': ms(times.median),
    ratio: ratio ? ratio.map((one) => one.toFixed(2)).join(' / ') : '',
    goal: goal ? `${goal}: ${outcome}` : '',
  });
};
for (const [name, times] of bytes) add(name, times, name.startsWith('ours') ? ['≤ 0.9 of JSON.parse and TypeBox', 0.9, bytes.get('JSON.parse and TypeBox')] : []);
for (const [name, times] of objects) add(`${name}, ${OBJECTS} of each`, times, name.startsWith('ours') ? ['≤ 1.0 of zod', 1, objects.get('zod')] : []);
const form = Math.min(...forms);
lines.push({ what: 'one form, µs', 'min ms': form.toFixed(1), 'median ms': percentile(forms, 50).toFixed(1), ratio: '', goal: `< 20 µs: ${percentile(forms, 50) < 20 ? 'met' : 'missed'}` });
const version = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;
report('validation', '100,000 companies and 100,000 contacts checked, 1 % of them broken', lines, [
  `${SETS.map(({ name, bytes, broken }) => `${name}: ${(bytes.length / 1e6).toFixed(0)} MB, ${broken.length} rows fail`).join('; ')}; all find the same rows`,
  'ratios are of minima / of medians; with objects at hand TypeBox is the fastest by far, and ours is not made for that',
  `set-up beside: making and compiling the others' schemas ${ms(setUp)} ms; ours has none`,
  ['@sinclair/typebox', 'ajv', 'zod', 'valibot'].map((name) => `${name} ${version(name)}`).join(', ') + `; ${ROUNDS} rounds in turns, ${ROUNDS_SLOW} of objects`,
  `load ${loadavg()[0].toFixed(1)} on ${cpus().length} processors, ${(process.cpuUsage().user / 1e6).toFixed(0)} s of processor time`,
]);
