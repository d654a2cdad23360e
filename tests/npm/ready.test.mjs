// The package as a whole: loading, version, wrong calls, the recovery after a trap.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as crm from 'autotask-crm';
import { AutotaskCrmError, Hierarchy, Schema, Selection, Table, ready } from 'autotask-crm';

const manifest = JSON.parse(await readFile(new URL(import.meta.resolve('autotask-crm/package.json'))));
const bytes = (value) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

test('before ready every call is a TypeError that says what to do', () => {
  for (const work of [() => crm.entityNames(), () => new Table('Companies'), () => crm.validate('Companies', {}, 'create')]) {
    assert.throws(work, { name: 'TypeError', message: 'call `await ready()` first' });
  }
  assert.equal(crm.version, '');
});

test('a source that is no wasm is refused, and the next ready may be right', async () => {
  await assert.rejects(ready(bytes('no wasm')), WebAssembly.CompileError);
  await ready(await readFile(new URL(import.meta.resolve('autotask-crm/autotask_wasm_bg.wasm'))));
});

test('ready is idempotent', async () => {
  const table = new Table('Companies');
  assert.equal(ready(), ready());
  await Promise.all([ready(), ready(bytes('not even looked at'))]);
  assert.equal(table.length, 0, 'objects live on');
  assert.equal(crm.version, manifest.version);
});

test('the package holds what it needs and nothing else', async () => {
  assert.deepEqual(Object.keys(crm).sort(), [
    'AutotaskCrmError', 'Hierarchy', 'Schema', 'Selection', 'Table', 'audit', 'auditRules', 'buildRequest', 'completeFilter', 'diff', 'duplicatePairs',
    'entity', 'entityNames', 'findDuplicates', 'findMatches', 'nextAction', 'parseFilter', 'patch', 'planFilter', 'planOnboarding', 'printFilter', 'readFilter',
    'readResponse', 'ready', 'setDefaultSource', 'validate', 'validateBytes', 'verifyWrite', 'version',
  ]);
  await assert.rejects(import('autotask-crm/api.js'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
  assert.equal(manifest.dependencies, undefined);
});

test('entities are known by any name', () => {
  const names = crm.entityNames();
  assert.ok(names.length > 60 && names.includes('Companies') && names.includes('Tickets'));
  for (const name of ['companies', 'COMPANY', 'Company', 'Companies']) {
    const { name: found, path, singular, canDelete, parent, fields } = crm.entity(name);
    assert.deepEqual([found, path, singular, canDelete, parent], ['Companies', 'Companies', 'Company', false, undefined]);
    const type = fields.find((field) => field.name === 'companyType');
    assert.deepEqual([type.label, type.dataType, type.isPickList, type.picklistValues[0].label], ['Company type', 'integer', true, 'Customer']);
  }
  assert.deepEqual(crm.entity('contact').parent, { entity: 'Companies', field: 'companyID', childPath: 'Contacts' });
  assert.equal(crm.entity('widget'), undefined);
  assert.equal(crm.entity(''), undefined);
});

test("an instance's metadata overrides the vanilla one", () => {
  const fields = { fields: [{ name: 'companyType', dataType: 'integer', isPickList: true, picklistValues: [{ value: '1', label: 'Client', isActive: true }] }] };
  const udfs = { fields: [{ name: 'Ranking', label: 'Our ranking', type: 'string', length: 9 }] };
  for (const [a, b] of [[fields, udfs], [bytes(fields), bytes(udfs)], [bytes(fields).buffer, udfs]]) {
    using(new Schema(), (schema) => {
      assert.deepEqual(schema.load('company', a, b), []);
      assert.equal(schema.entity('COMPANIES').userDefinedFields[0].label, 'Our ranking');
      assert.equal(crm.parseFilter('Companies', 'companyType = Client', { schema }).text, 'companyType = 1');
      assert.equal(crm.parseFilter('Companies', 'companyType = Client').issues[0].code, 'filter.unknown_label');
      assert.equal(crm.parseFilter('Companies', 'udf.ranking = 1', { schema }).text, 'udf."Ranking" = 1');
      assert.equal(crm.validate('Companies', { id: 1, userDefinedFields: [{ name: 'Ranking', value: 'far too long' }] }, 'update', { schema })[0].code, 'record.too_long');
      const table = new Table('Companies', { schema });
      table.load(bytes([{ id: 1, companyType: 1 }]));
      assert.equal(table.filter('companyType = Client').length, 1);
      assert.equal(new Table('Companies').filter('companyType = Client', { schema }).length, 0);
      assert.equal(crm.buildRequest({ kind: 'count', entity: 'Companies', filter: 'companyType = Client', context: { schema } }).issues.length, 0);
    });
  }
  const schema = new Schema();
  assert.deepEqual(schema.load('Companies'), []);
  assert.deepEqual(schema.load('Companies', null, null), []);
  assert.equal(schema.load('Widgets', fields)[0].code, 'metadata.unknown_entity');
  assert.equal(schema.load('Companies', bytes('<html>'))[0].code, 'json.syntax');
  assert.equal(schema.load('Companies', {})[0].code, 'metadata.malformed');
  assert.equal(schema.load('Companies', { fields: [{ name: 'x', dataType: 'blob' }, 7] }).length, 2);
  assert.throws(() => schema.load('Companies', '{}'), TypeError);
});

function using(object, work) {
  work(object);
  object.free();
}

test('a wrong argument is a TypeError', () => {
  const table = new Table('Companies');
  const all = table.all();
  const filled = new Table('Companies');
  filled.load(bytes([{ id: 1 }]));
  const forest = new Hierarchy([1], [null]);
  const cyclic = {};
  cyclic.self = cyclic;
  const wrong = [
    () => crm.entity(7),
    () => crm.parseFilter('Companies'),
    () => crm.parseFilter(undefined, ''),
    () => crm.parseFilter('Companies', '', 'context'),
    () => crm.parseFilter('Companies', '', { schema: {} }),
    () => crm.readFilter('Companies', undefined),
    () => crm.readFilter('Companies', cyclic),
    () => crm.readFilter('Companies', [1n]),
    () => crm.printFilter('Companies', 'city = a'),
    () => crm.printFilter('Companies', [], undefined, 'wide'),
    () => new Table(),
    () => Table('Companies'),
    () => table.load('[]'),
    () => table.load([1, 2]),
    () => table.filter(),
    () => table.filter({ op: 'and', items: [] }),
    () => table.filter('', { schema: table }),
    () => table.record('1'),
    () => table.remove(1),
    () => table.remove('12'),
    () => new Selection(),
    () => new Selection(table),
    () => new Selection({}),
    () => all.sort('city'),
    () => all.sort([{}]),
    () => all.and(),
    () => all.or(table),
    () => all.and(new Table('Companies').all()),
    () => all.records('city'),
    () => all.records([1]),
    () => filled.all().sort([{ field: 'cityy' }]),
    () => filled.all().records(['cityy']),
    () => filled.all().records(['udf.Nope']),
    () => all.records(undefined, '0'),
    () => new Hierarchy(),
    () => new Hierarchy([1], []),
    () => new Hierarchy([1.5], [null]),
    () => new Hierarchy([NaN], [null]),
    () => new Hierarchy(['1'], [null]),
    () => new Hierarchy([1], ['2']),
    () => new Hierarchy([1], [Infinity]),
    () => new Hierarchy([1], [null], { tickets: [1, 2] }),
    () => Hierarchy.fromTable([]),
    () => Hierarchy.fromTable(table, { parent: 'parentCompany' }),
    () => Hierarchy.fromTable(table, { measures: ['tickets'] }),
    () => forest.own('tickets'),
    () => forest.subtree('toString'),
    () => forest.canMove('1', null),
    () => forest.move(1, '2'),
    () => forest.move(2, null),
    () => crm.validate('Companies', undefined, 'create'),
    () => crm.validate('Companies', {}, 'insert'),
    () => crm.validate('Companies', cyclic, 'create'),
    () => crm.validate('Companies', { get phone() { throw new Error('from a getter'); } }, 'create'),
    () => crm.diff('Companies', {}),
    () => crm.diff('Companies', null, {}),
    () => crm.patch('Companies', {}, 'row'),
    () => crm.patch(7, {}, {}),
    () => crm.verifyWrite('Companies', {}, {}),
    () => crm.verifyWrite('Companies', cyclic, {}, {}),
    () => crm.planOnboarding(),
    () => crm.planOnboarding(cyclic),
    () => crm.planOnboarding({ runId: 7 }),
    () => crm.planOnboarding({ runId: ' ' }),
    () => crm.planOnboarding({}, { schema: {} }),
    () => crm.nextAction(),
    () => crm.nextAction({}, {}, '2026-01-01T00:00:00Z'),
    () => crm.nextAction(crm.planOnboarding({}).plan, []),
    () => crm.nextAction(crm.planOnboarding({}).plan, [], new Date()),
    () => crm.buildRequest(),
    () => crm.buildRequest(cyclic),
    () => crm.readResponse({ kind: 'fetch' }, 200, bytes('{}')),
    () => crm.readResponse({ kind: 'get' }, '200', bytes('{}')),
    () => crm.readResponse({ kind: 'get' }, 65736, bytes('{}')),
    () => crm.readResponse({ kind: 'get' }, 200, '{}'),
  ];
  for (const work of wrong) assert.throws(work, TypeError, String(work));
  assert.equal(table.length, 0, 'all is still well');
});

test('an object that was freed is refused; what was made of it lives on', () => {
  const table = new Table('Companies');
  table.load(bytes([{ id: 1, companyName: 'A' }]));
  const all = table.all();
  const forest = Hierarchy.fromTable(table);
  const schema = new Schema();
  for (const object of [table, schema]) {
    object.free();
    object.free();
  }
  assert.throws(() => table.length, { name: 'TypeError', message: 'this object was freed' });
  assert.throws(() => table.filter(''), TypeError);
  assert.throws(() => Hierarchy.fromTable(table), TypeError);
  assert.throws(() => crm.parseFilter('Companies', '', { schema }), TypeError);
  assert.equal(all.records()[0].companyName, 'A');
  assert.deepEqual([...forest.order()], [0]);
  all[Symbol.dispose]();
  assert.throws(() => all.not(), TypeError);
  forest.free();
  assert.throws(() => forest.own('x'), { message: 'this object was freed' });
});

test('no input traps, however long, deep or strange', async () => {
  let deep = [];
  for (let depth = 0; depth < 1000; depth += 1) deep = [{ op: 'and', items: deep }];
  const brackets = '['.repeat(200_000);
  const answers = [
    crm.readFilter('Companies', deep),
    crm.readFilter('Companies', brackets),
    // A quote in a comment once hid the brackets from the bound.
    crm.readFilter('Companies', `/*'*/${brackets}`),
    crm.readFilter('Companies', `// it's\r${brackets}`),
    crm.readFilter('Companies', '\ufeff{"ä": }'),
    crm.readFilter('Companies', ['\ud800']),
    crm.readFilter('Companies', new Uint8Array([0xff, 0xfe, 0x00])),
    crm.parseFilter('Companies', '('.repeat(200_000)),
    // Each once took time in the square of the length.
    crm.parseFilter('Companies', '$'.repeat(1 << 20)),
    crm.parseFilter('Companies', Array.from({ length: 50_000 }, (_, n) => `udf.u${n} = 1`).join(' and ')),
    crm.parseFilter('Companies', 'x'.repeat(1 << 21)),
    crm.parseFilter('Companies', 'city = "\ud800'),
  ];
  for (const [index, { issues }] of answers.entries()) assert.ok(issues.length > 0, String(index));
  assert.throws(() => crm.printFilter('Companies', deep), AutotaskCrmError);
  const table = new Table('Companies');
  table.load(bytes('[{"id":9223372036854775807,"__proto__":{"polluted":1},"constructor":null}]'));
  const [row] = table.all().records();
  assert.deepEqual([row.id, row.polluted, Object.getPrototypeOf(row)], [2 ** 63, undefined, Object.prototype]);
  assert.equal(crm.validate('Companies', { companyName: 'half \ud83d' }, 'create')[0].code, 'json.syntax');
  await ready();
});

test('after a trap ready makes a fresh instance and old objects throw', async () => {
  // The same module that the package imports; there is no input that traps, so one is made to.
  const raw = await import(new URL('autotask_wasm.js', import.meta.resolve('autotask-crm')));
  const [table, schema] = [new Table('Companies'), new Schema()];
  const load = raw.Table.prototype.load;
  raw.Table.prototype.load = () => {
    throw new WebAssembly.RuntimeError('unreachable');
  };
  assert.throws(() => table.load(bytes([])), { name: 'AutotaskCrmError', code: 'trap' });
  raw.Table.prototype.load = load;
  for (const work of [() => table.length, () => crm.entityNames(), () => new Table('Companies')]) {
    assert.throws(work, { name: 'AutotaskCrmError', code: 'trap' });
  }
  await ready();
  assert.throws(() => table.length, { code: 'trap', message: /belongs to an instance that trapped/ });
  assert.throws(() => crm.parseFilter('Companies', '', { schema }), { code: 'trap' });
  table.free();
  const fresh = new Table('Companies');
  assert.equal(fresh.load(bytes([{ id: 1 }])).added, 1);
  assert.equal(crm.version, manifest.version);
});
