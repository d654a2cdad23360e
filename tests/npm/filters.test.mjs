// Filters: what the corpus cannot say, since it is about JavaScript's own values and places.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AutotaskCrmError, Schema, Table, buildRequest, parseFilter, planFilter, printFilter, readFilter, ready } from 'autotask-crm';

await ready();

test('places count UTF-16 units', () => {
  const text = 'city = "😀é" and\nphone = "😀" and citty = 1';
  const { filter, text: canonical, issues } = parseFilter('companies', text);
  assert.deepEqual([filter, canonical, issues.length], [null, null, 1]);
  const [{ code, severity, message, hint, start, end, line, column }] = issues;
  assert.deepEqual([code, severity, hint], ['filter.unknown_field', 'error', 'did you mean `city`?']);
  assert.equal(message, 'unknown field `citty` on Companies');
  assert.equal(text.slice(start, end), 'citty');
  assert.deepEqual([line, column], [2, text.split('\n')[1].indexOf('citty') + 1]);
});

test('an issue has no members that are undefined', () => {
  const [issue] = parseFilter('Companies', 'city frobs 1').issues;
  assert.deepEqual(Object.keys(issue).sort(), ['code', 'column', 'end', 'expected', 'line', 'message', 'severity', 'start']);
  assert.ok(issue.expected.includes('beginsWith'));
  assert.ok(!Object.values(issue).includes(undefined));
});

test('an entity that does not exist is an issue', () => {
  for (const answer of [parseFilter('Compnies', ''), readFilter('Compnies', [])]) {
    assert.deepEqual([answer.filter, answer.issues[0].code, answer.issues[0].hint], [null, 'filter.unknown_entity', 'did you mean `Companies`?']);
  }
  assert.deepEqual(readFilter('Compnies', []).ignored, []);
});

test("a whole body is read as Autotask's samples write it", () => {
  const body = "{'MaxRecords': '25', \"IncludeFields\": ['Id', 'companyName'], 'Filter': [{'op': 'BeginsWith', 'field': 'companyname', 'value': 'A',},], 'Sort': 1,}";
  const answer = readFilter('Companies', body);
  assert.deepEqual(answer, {
    filter: [{ field: 'companyName', op: 'beginsWith', value: 'A' }],
    text: 'companyName beginsWith "A"',
    issues: [],
    unresolved: [],
    maxRecords: 25,
    includeFields: ['Id', 'companyName'],
    ignored: ['Sort'],
  });
  assert.deepEqual(readFilter('Companies', new TextEncoder().encode(body)), answer);
  const value = { filter: [{ op: 'beginsWith', field: 'companyName', value: 'A' }], MaxRecords: 25, IncludeFields: ['Id', 'companyName'], Sort: 1 };
  assert.deepEqual(readFilter('Companies', value), answer);
});

test('one node, an array and undefined members are read', () => {
  const node = { op: 'eq', field: 'city', value: 'Troy', udf: undefined };
  for (const json of [node, [node], { filter: [node] }, { filter: node }]) {
    assert.equal(readFilter('Companies', json).text, 'city = "Troy"');
  }
  assert.equal(readFilter('Companies', [{ op: 'gt', field: 'createDate', value: new Date(0) }]).text, 'createDate > 1970-01-01T00:00:00.000Z');
  assert.equal(readFilter('Companies', '[]').text, '');
});

test('JSON that is none has its place in the text', () => {
  const text = '["😀",\n }';
  const { filter, issues } = readFilter('Companies', text);
  assert.equal(filter, null);
  assert.deepEqual([issues[0].code, issues[0].line, issues[0].column, text[issues[0].start]], ['json.syntax', 2, 2, '}']);
  for (const json of [7, null, true, '', 'city = a', '<html>']) assert.equal(readFilter('Companies', json).filter, null, String(json));
  assert.equal(readFilter('Companies', ['\ud800']).issues[0].start, undefined, 'no place in a value');
});

test('a tree is printed as canonical text, or refused with its issues', () => {
  const filter = [{ op: 'or', items: [{ op: 'in', field: 'COMPANYTYPE', value: [1, '2'] }, { op: 'exist', field: 'phone' }] }];
  assert.equal(printFilter('Company', filter), '(companyType in (1, "2") or phone is not empty)');
  assert.equal(printFilter('Company', []), '');
  assert.throws(
    () => printFilter('Company', [{ op: 'eq', field: 'citty', value: 1 }]),
    (error) => error instanceof AutotaskCrmError && error instanceof Error && error.name === 'AutotaskCrmError' &&
      error.code === 'filter.unknown_field' && error.issues[0].path === 'filter[0].field' && error.message === error.issues[0].message,
  );
});

test('a filter with errors given to a table throws all its issues', () => {
  const table = new Table('Companies');
  assert.throws(() => table.filter('citty = 1 and city in ()'), (error) => {
    assert.deepEqual(error.issues.map(({ code, column }) => [code, column]), [['filter.unknown_field', 1], ['filter.empty_list', 23]]);
    return error instanceof AutotaskCrmError;
  });
  assert.throws(() => table.filter([{ op: 'gt', field: 'isActive', value: 1 }]), { code: 'filter.operator_not_for_type' });
  assert.throws(() => table.filter([7]), { code: 'filter.expected' });
});

test('a plan says what Autotask can run, and what is left', async () => {
  const { planFilter, Table: Rows } = await import('autotask-crm');
  const context = { now: '2026-03-08T12:00:00Z', zone: 'America/New_York', me: 4 };
  const plan = planFilter('Companies', 'owner is me and not (city contains "spring") and createDate = today', context);
  assert.deepEqual(plan.server, [
    { field: 'ownerResourceID', op: 'eq', value: 4 },
    // The day on which clocks go forward has 23 hours.
    { field: 'createDate', op: 'gte', value: '2026-03-08T05:00:00Z' },
    { field: 'createDate', op: 'lt', value: '2026-03-09T04:00:00Z' },
  ]);
  assert.deepEqual(plan.local, [{ op: 'not', items: [{ field: 'city', op: 'contains', value: 'spring' }] }]);
  assert.deepEqual(plan.nodes.map(({ where }) => where).sort(), ['local', 'local', 'server', 'server']);
  const rows = new Rows('Companies');
  rows.load(Buffer.from(JSON.stringify([{ id: 1, city: 'Springfield' }, { id: 2 }])));
  assert.deepEqual([...rows.filter(plan.local, context).ids()], [2]);
  const long = planFilter('Companies', [{ op: 'in', field: 'id', value: Array.from({ length: 1201 }, (_, id) => id) }]);
  assert.deepEqual(long.queries.map(([{ value }]) => value.length), [500, 500, 201]);
});

test('names are told apart from what is known of them', async () => {
  const { planFilter, parseFilter: parse } = await import('autotask-crm');
  const text = 'owner = "Maria Lopez"';
  assert.deepEqual(parse('Companies', text).unresolved, [{ field: 'ownerResourceID', entity: 'Resources', name: 'Maria Lopez' }]);
  assert.equal(planFilter('Companies', text).issues[0].code, 'filter.unresolved_name');
  const resolved = { 'Maria Lopez': 7 };
  assert.deepEqual(parse('Companies', text, { resolved }).unresolved, []);
  assert.deepEqual(planFilter('Companies', text, { resolved }).server, [{ field: 'ownerResourceID', op: 'eq', value: 7 }]);
});

test('a wrong context is a TypeError or refused', async () => {
  const { parseFilter: parse } = await import('autotask-crm');
  assert.throws(() => parse('Companies', '', { zone: 'Mars' }), { name: 'TypeError', message: /^context.zone must be/ });
  assert.throws(() => parse('Companies', '', { tables: { Companies: {} } }), { name: 'TypeError' });
  assert.throws(() => parse('Companies', '', { now: 'soon' }), { name: 'AutotaskCrmError', code: 'context.malformed' });
  assert.throws(() => parse('Companies', '', { weekStart: 3 }), { name: 'AutotaskCrmError', code: 'context.malformed' });
});

test('the pages of a walk keep the time of the first', async () => {
  const { buildRequest } = await import('autotask-crm');
  const operation = { kind: 'query', entity: 'Companies', filter: 'lastActivityDate > -1h' };
  const first = buildRequest(operation);
  await new Promise((done) => setTimeout(done, 20));
  assert.deepEqual(buildRequest(operation), first);
  const url = 'https://x/ATServicesRest/V1.0/Companies/query/next?paging=1';
  assert.equal(buildRequest({ kind: 'next', entity: 'Companies', url, query: operation }).body, first.body);
  const local = buildRequest({ kind: 'query', entity: 'Companies', filter: 'city does not contain a' });
  assert.deepEqual([local.path, local.issues[0].code], ['', 'request.not_on_server']);
});

test('proposals at a cursor count as JavaScript does', async () => {
  const { completeFilter } = await import('autotask-crm');
  const [first] = completeFilter('Companies', 'city = "😀" and companyT', 24);
  assert.deepEqual(first, { kind: 'field', insert: 'companyType', label: 'Company type', detail: 'integer', from: 16, to: 24 });
  assert.deepEqual(completeFilter('Compnies', '', 0), []);
  assert.throws(() => completeFilter('Companies', '', -1), TypeError);
});

test('a filter with an error never becomes a wider one', () => {
  const wrong = readFilter('Companies', [{ op: 'eq', field: 'city', value: 'x' }, { op: 'contain', field: 'city', value: 'y' }]);
  assert.equal(wrong.filter, null);
  const request = buildRequest({ kind: 'count', entity: 'Companies', filter: wrong.filter });
  assert.deepEqual([request.path, request.issues[0].path], ['', 'filter']);
  assert.equal(readFilter('Companies', { filters: [] }).issues[0].code, 'filter.expected');
  assert.deepEqual(planFilter('Companies', 'owner = "Helen Wolfe"').unresolved, [{ field: 'ownerResourceID', entity: 'Resources', name: 'Helen Wolfe' }]);
});

test('a label that is a keyword is the label on a list of texts', () => {
  const schema = new Schema();
  const picklistValues = ['Yes', 'No'].map((label) => ({ value: label, label, isActive: true }));
  schema.load('Companies', undefined, { fields: [{ name: 'Managed backup', type: 'string', isPickList: true, picklistValues }] });
  for (const [text, canonical] of [['= Yes', '= "Yes"'], ['in (yes, No)', 'in ("yes", "No")']]) {
    assert.deepEqual(parseFilter('Companies', `udf."Managed backup" ${text}`, { schema }), {
      ...parseFilter('Companies', `udf."Managed backup" ${canonical}`, { schema }),
    });
  }
});
