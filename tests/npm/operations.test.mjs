// Requests to send and answers to read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildRequest, entityNames, readResponse, ready, validate } from 'autotask-crm';

await ready();
const bytes = (value) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const built = (operation) => {
  const { method, path, body, issues } = buildRequest(operation);
  assert.deepEqual(issues, []);
  return [`${method} ${decodeURIComponent(path)}`, ...(body === undefined ? [] : [JSON.parse(body)])];
};
const refused = (operation) => {
  const { method, path, body, issues } = buildRequest(operation);
  assert.deepEqual([method, path, body], ['', '', undefined]);
  return issues.map(({ code, path }) => (path ? `${code}@${path}` : code)).join();
};

test('every kind of operation', () => {
  const contact = { companyID: 174, firstName: 'Ann', isActive: 1 };
  const cases = [
    [{ kind: 'query', entity: 'company' }, 'GET /V1.0/Companies/query?search={"filter":[{"field":"id","op":"gte","value":0}]}'],
    [
      { kind: 'query', entity: 'Companies', filter: 'companyType = Customer', maxRecords: 25, includeFields: ['companyname'] },
      'GET /V1.0/Companies/query?search={"MaxRecords":25,"IncludeFields":["id","companyName"],"filter":[{"field":"companyType","op":"eq","value":1}]}',
    ],
    [
      { kind: 'count', entity: 'Contacts', filter: [{ op: 'eq', field: 'isActive', value: true }] },
      'GET /V1.0/Contacts/query/count?search={"filter":[{"field":"isActive","op":"eq","value":1}]}',
    ],
    [{ kind: 'get', entity: 'Companies', id: 0 }, 'GET /V1.0/Companies/0'],
    [{ kind: 'create', entity: 'Companies', record: { id: 0, companyName: 'A' } }, 'POST /V1.0/Companies', { companyName: 'A' }],
    [{ kind: 'create', entity: 'Contacts', record: contact }, 'POST /V1.0/Companies/174/Contacts', contact],
    [{ kind: 'create', entity: 'Contacts', record: contact, parentId: 175 }, 'POST /V1.0/Companies/175/Contacts', contact],
    [{ kind: 'update', entity: 'Companies', record: { id: 1, phone: null } }, 'PATCH /V1.0/Companies', { id: 1, phone: null }],
    [{ kind: 'replace', entity: 'Companies', record: { id: 1 } }, 'PUT /V1.0/Companies', { id: 1 }],
    [{ kind: 'delete', entity: 'CompanyLocations', id: 9, parentId: 174 }, 'DELETE /V1.0/Companies/174/Locations/9'],
    [{ kind: 'info', entity: 'Companies' }, 'GET /V1.0/Companies/entityInformation'],
    [{ kind: 'fields', entity: 'Companies' }, 'GET /V1.0/Companies/entityInformation/fields'],
    [{ kind: 'userDefinedFields', entity: 'Companies' }, 'GET /V1.0/Companies/entityInformation/userDefinedFields'],
    [{ kind: 'threshold' }, 'GET /V1.0/ThresholdInformation'],
  ];
  for (const [operation, ...expected] of cases) assert.deepEqual(built(operation), expected);
  assert.match(buildRequest({ kind: 'zone', user: 'a+b@c.example' }).path, /^\/.*zoneInformation\?user=a%2Bb%40c\.example$/i);
});

test('a long query goes by POST, and its further pages too', () => {
  const short = { kind: 'query', entity: 'Companies', filter: 'isActive = yes', maxRecords: 2 };
  const long = { ...short, filter: `companyName in (${Array.from({ length: 300 }, (_, n) => `"company ${n}"`)})` };
  const host = 'https://webservices5.autotask.net/ATServicesRest';
  const next = (query) => ({ kind: 'next', entity: 'Companies', url: `${host}/V1.0/Companies/query/next?paging=%7B%22x%22%3A1%7D`, query });
  assert.equal(buildRequest(short).method, 'GET');
  assert.deepEqual(buildRequest(next(short)), { method: 'GET', path: '/V1.0/Companies/query/next?paging=%7B%22x%22%3A1%7D', issues: [] });
  const [first, second] = [buildRequest(long), buildRequest(next(long))];
  assert.deepEqual([first.method, first.path, second.method, second.body], ['POST', '/V1.0/Companies/query', 'POST', first.body]);
  assert.equal(refused({ ...next(short), url: `${host}/V1.0/Contacts/query/next?paging=1` }), 'request.foreign_page');
  assert.equal(refused({ ...next(short), url: 'https://evil.example' }), 'request.foreign_page');
});

test('what cannot be sent is refused with the reason', () => {
  const query = { kind: 'query', entity: 'Companies' };
  const cases = [
    [{}, 'request.malformed@kind'],
    [{ kind: 'steal', entity: 'Companies' }, 'request.malformed@kind'],
    [{ kind: 'query' }, 'request.malformed@entity'],
    [{ kind: 'query', entity: 'Widgets' }, 'filter.unknown_entity@entity'],
    [{ ...query, filter: 'citty = a' }, 'filter.unknown_field'],
    [{ ...query, filter: 7 }, 'filter.expected@filter'],
    [{ ...query, maxRecords: 501 }, 'request.max_records'],
    [{ ...query, maxRecords: '25' }, 'request.malformed@maxRecords'],
    [{ ...query, includeFields: ['id', 7] }, 'request.malformed@includeFields'],
    [{ kind: 'next', entity: 'Companies', query }, 'request.malformed@url'],
    [{ kind: 'next', entity: 'Companies', url: '/V1.0/Companies/query/next?paging=1' }, 'request.malformed@query'],
    [{ kind: 'get', entity: 'Companies' }, 'request.malformed@id'],
    [{ kind: 'get', entity: 'Companies', id: 1.5 }, 'request.malformed@id'],
    [{ kind: 'create', entity: 'Companies' }, 'record.not_a_row@record'],
    [{ kind: 'create', entity: 'Contacts', record: {} }, 'request.parent_missing@companyID'],
    [{ kind: 'create', entity: 'Contacts', record: {}, parentId: '174' }, 'request.malformed@parentId'],
    [{ kind: 'update', entity: 'Companies', record: {} }, 'request.id_missing@id'],
    [{ kind: 'delete', entity: 'Companies', id: 1 }, 'request.not_allowed'],
    [{ kind: 'zone' }, 'request.malformed@user'],
  ];
  for (const [operation, code] of cases) assert.equal(refused(operation), code, JSON.stringify(operation));
});

test('good answers', () => {
  const read = (kind, value, status = 200) => readResponse({ kind }, status, bytes(value));
  const page = { items: [{ id: 1 }, { x: 2 }], pageDetails: { count: 2, nextPageUrl: 'https://x/next' } };
  for (const kind of ['query', 'next']) {
    const { ok, items, next, issues } = read(kind, page);
    assert.deepEqual([ok, items, next, issues[0].path], [true, [{ id: 1 }], 'https://x/next', 'items[1]']);
  }
  assert.deepEqual(read('query', { items: [], pageDetails: { nextPageUrl: null } }), { ok: true, items: [], next: null, issues: [] });
  assert.deepEqual(read('count', { queryCount: 7 }), { ok: true, count: 7 });
  assert.deepEqual(read('get', { item: { id: 1, companyName: 'é' } }), { ok: true, item: { id: 1, companyName: 'é' } });
  assert.deepEqual(read('get', { item: null }), { ok: true, item: null });
  assert.deepEqual(read('get', { Message: 'No HTTP resource' }, 404), { ok: true, item: null });
  for (const kind of ['create', 'update', 'replace', 'delete']) assert.deepEqual(read(kind, { itemId: 29683664 }), { ok: true, itemId: 29683664 });
  for (const kind of ['info', 'fields', 'userDefinedFields', 'zone', 'threshold']) assert.deepEqual(read(kind, { a: [1] }), { ok: true, body: { a: [1] } });
});

test('every way to fail, told by the body', () => {
  const errors = (text) => ({ errors: [text] });
  const cases = [
    ['credentials', 401, '', false],
    ['credentials', 401, errors('[LoggedInResource error]. The logged in Resource could not be found.'), false],
    ['permission', 403, '', false],
    ['permission', 500, errors('The logged in Resource does not have the adequate permissions to create this entity type.'), false],
    ['validation', 500, errors('Missing Required Field: companyName ; on record number [1].'), false],
    ['validation', 400, { Message: 'bad' }, false],
    ['throttled', 429, '', true],
    ['throttled', 500, errors('ITGenATR005: the thread threshold of 3 threads has been exceeded'), true],
    ['route', 404, { Message: "No HTTP resource was found that matches the request URI 'x'." }, false],
    ['route', 405, { Message: 'The requested resource does not support http method.' }, false],
    ['notFound', 500, errors('No matching records found'), false],
    ['fault', 500, errors('An internal error has occurred'), true],
    ['fault', 500, '<html>Server Error</html>', true],
    ['malformed', 200, '<html>login</html>', true],
    ['malformed', 200, '', true],
    ['malformed', 200, '[1]', true],
    ['unreachable', 503, errors('upstream is down'), true],
  ];
  for (const [kind, status, body, retry] of cases) {
    const outcome = readResponse({ kind: 'query', entity: 'Companies' }, status, bytes(body));
    assert.deepEqual([outcome.ok, outcome.kind, outcome.status, outcome.retry], [false, kind, status, retry], JSON.stringify([status, body]));
    assert.ok(outcome.messages.length > 0 && outcome.messages[0] !== '' && outcome.advice.length > 0 && Array.isArray(outcome.issues));
  }
  const { messages, issues } = readResponse({ kind: 'create' }, 500, bytes(errors('Missing Required Field: companyName ; on record number [1].')));
  assert.deepEqual([messages, issues[0].path], [['Missing Required Field: companyName'], 'companyName']);
  assert.equal(readResponse({ kind: 'count' }, 200, bytes('{}')).kind, 'malformed');
  assert.equal(readResponse({ kind: 'create' }, 200, bytes('{}')).kind, 'malformed');
  assert.equal(readResponse({ kind: 'get' }, 200, new Uint8Array([0xff])).kind, 'malformed');
});

test('validation of what is no record, or of no entity', () => {
  assert.equal(validate('Widgets', {}, 'create')[0].code, 'filter.unknown_entity');
  assert.equal(validate('Companies', [], 'create')[0].code, 'record.not_a_row');
  for (const name of entityNames()) assert.ok(Array.isArray(validate(name, {}, 'create')), name);
});
