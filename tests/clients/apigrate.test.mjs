// `@apigrate/autotask-restapi` from npm: its option `base_url` names the sandbox, all else is as for Autotask.
//
// It looks up the zone before its first call and then goes where the answer says. It answers a query with one page:
// who wants all rows asks again for ids beyond the last one, as its users do.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AutotaskApiError, AutotaskRestApi, FilterOperators } from '@apigrate/autotask-restapi';
import { COMPANIES, isThroughProxy, login, startSandbox } from './sandbox.mjs';

/** Every company: id 0 is the tenant's own. */
const EVERYTHING = [{ op: 'gte', field: 'id', value: 0 }];

/** So long is a page, and no longer. */
const PAGE = 500;

let sandbox;
let autotask;
/** The rows of all companies, once they were read. */
let companies;
/** What was created, for the tests that follow. */
const created = {};

before(async () => {
  sandbox = await startSandbox();
  autotask = new AutotaskRestApi(login.user, login.secret, login.code, { base_url: sandbox.url });
});

after(() => sandbox?.stop());

test('the zone is looked up once, and then used', async () => {
  assert.equal(autotask.zoneInfo, null);
  assert.equal((await autotask.Companies.get(0)).item.id, 0);
  assert.equal(autotask.zoneInfo.url, sandbox.url);
  const zone = autotask.zoneInfo;
  await autotask.Companies.get(0);
  assert.equal(autotask.zoneInfo, zone);
});

test('more than 500 companies come in pages, each of them once', async () => {
  const { queryCount } = await autotask.Companies.count({ filter: EVERYTHING });
  assert.equal(queryCount, COMPANIES + 1, 'the companies and our own');
  companies = [];
  const pages = [];
  for (let filter = EVERYTHING; ; filter = [{ op: 'gt', field: 'id', value: companies.at(-1).id }]) {
    const { items, pageDetails } = await autotask.Companies.query({ filter, MaxRecords: PAGE });
    assert.equal(pageDetails.count, items.length);
    companies.push(...items);
    pages.push(items.length);
    if (!pageDetails.nextPageUrl) break;
  }
  assert.deepEqual(pages, [PAGE, queryCount - PAGE]);
  assert.equal(new Set(companies.map(({ id }) => id)).size, queryCount);
  assert.deepEqual(companies, companies.toSorted((a, b) => a.id - b.id));
});

test('groups within groups select what they say', async () => {
  const { eq, noteq, beginsWith, notExist } = FilterOperators;
  const filter = [
    { op: eq, field: 'isActive', value: true },
    {
      op: 'or',
      items: [
        { op: beginsWith, field: 'companyName', value: 'b' },
        {
          op: 'and',
          items: [
            { op: noteq, field: 'companyType', value: 1 },
            { op: notExist, field: 'parentCompanyID' },
          ],
        },
      ],
    },
  ];
  const isMeant = ({ isActive, companyName, companyType, parentCompanyID }) =>
    isActive && (/^b/i.test(companyName) || (companyType !== 1 && parentCompanyID === null));
  const wanted = companies.filter(isMeant).map(({ id }) => id);
  assert.ok(wanted.length > 20 && wanted.length < PAGE, `${wanted.length} companies`);
  const { items } = await autotask.Companies.query({ filter, IncludeFields: ['id', 'companyName'] });
  assert.deepEqual(items.map(({ id }) => id), wanted);
  assert.equal((await autotask.Companies.count({ filter })).queryCount, wanted.length);
  assert.ok(items.every((row) => row.companyName && !('phone' in row)), 'only what was asked for');
});

test('a company, its location and its contact are created and read back', async () => {
  const owner = companies.find(({ ownerResourceID }) => ownerResourceID).ownerResourceID;
  const company = { companyName: 'Larch & Sons', companyType: 3, ownerResourceID: owner, phone: '555-0100' };
  created.company = (await autotask.Companies.create(company)).itemId;
  assert.ok(created.company > companies.at(-1).id);
  const { item: read } = await autotask.Companies.get(created.company);
  assert.deepEqual({ ...read, ...company }, read);

  const location = { name: 'Sawmill', city: 'Bend', isActive: true, companyID: created.company };
  created.location = (await autotask.CompanyLocations.create(created.company, location)).itemId;
  const below = [{ op: 'eq', field: 'companyID', value: created.company }];
  const locations = (await autotask.CompanyLocations.query({ filter: below })).items;
  const sawmill = locations.find(({ id }) => id === created.location);
  assert.deepEqual({ ...sawmill, ...location }, sawmill);

  const person = { firstName: 'Ida', lastName: 'Larch', isActive: 1, emailAddress: 'ida@larch.example' };
  const contact = { ...person, companyID: created.company, companyLocationID: created.location };
  created.contact = (await autotask.CompanyContacts.create(created.company, contact)).itemId;
  const { item } = await autotask.Contacts.get(created.contact);
  assert.deepEqual({ ...item, ...contact }, item);
});

test('a patch changes what it names, empties what is null and leaves the rest', async () => {
  const ranking = { name: 'Customer Ranking', value: 'Silver' };
  const fields = { id: created.company, phone: '555-0199', companyType: 1, userDefinedFields: [ranking] };
  assert.deepEqual(await autotask.Companies.update(fields), { itemId: created.company });
  const { item } = await autotask.Companies.get(created.company);
  assert.deepEqual([item.phone, item.companyType, item.companyName], ['555-0199', 1, 'Larch & Sons']);
  assert.deepEqual(item.userDefinedFields.find(({ name }) => name === ranking.name), ranking);

  const empty = { id: created.contact, emailAddress: null };
  assert.deepEqual(await autotask.CompanyContacts.update(created.company, empty), { itemId: created.contact });
  const contact = (await autotask.Contacts.get(created.contact)).item;
  assert.deepEqual([contact.emailAddress, contact.firstName], [null, 'Ida']);
});

test('metadata tells what an instance has', async () => {
  const { info } = await autotask.Companies.info();
  assert.deepEqual([info.name, info.canCreate, info.canDelete, info.hasUserDefinedFields], ['Company', true, false, true]);
  const { fields } = await autotask.Companies.fieldInfo();
  const type = fields.find(({ name }) => name === 'companyType');
  assert.ok(type.isPickList && type.isRequired && type.picklistValues.some(({ value, label }) => value === '3' && label));
  const { userDefinedFields, ...standard } = companies[0];
  assert.deepEqual(Object.keys(standard).sort(), fields.map(({ name }) => name).sort());
  const udfs = await autotask.Companies.udfInfo();
  assert.deepEqual(udfs.fields.map(({ name }) => name), userDefinedFields.map(({ name }) => name));
});

test('a refusal arrives as the library reports it', async () => {
  const refusal = async (call) => {
    const error = await call.then(() => assert.fail('was not refused'), (error) => error);
    assert.ok(error instanceof AutotaskApiError, `${error}`);
    return [error.status, error.details];
  };
  assert.deepEqual(await refusal(autotask.Companies.create({ companyName: 'Nobody', phone: '1', companyType: 1 })), [
    500,
    { errors: ['Missing Required Field: ownerResourceID. ; on record number [1].'] },
  ]);
  assert.deepEqual(await refusal(autotask.Companies.query({ filter: [{ op: 'eq', field: 'limit', value: 1 }] })), [
    500,
    { errors: ['Unable to find limit in the Company Entity.'] },
  ]);
  assert.equal((await autotask.Companies.count({ filter: [{ op: 'eq', field: 'companyName', value: 'Nobody' }] })).queryCount, 0);
  // Contacts are written below their company; of a route that does not exist the library makes null. The proxy takes them
  // where the company is named.
  const nowhere = autotask.Contacts.create({ firstName: 'A', lastName: 'B' });
  if (isThroughProxy) {
    const errors = ['Contacts are written below Companies; put `companyID` into the body'];
    assert.deepEqual(await refusal(nowhere), [500, { errors }]);
    assert.equal((await refusal(autotask.CompanyWebhooks.get(1)))[0], 500, 'what nobody may');
  } else {
    assert.equal(await nowhere, null);
  }
  const stranger = new AutotaskRestApi(login.user, 'wrong', login.code, { base_url: sandbox.url });
  assert.deepEqual(await refusal(stranger.Companies.get(0)), [401, '']);
});

test('what was deleted is gone', async () => {
  assert.deepEqual(await autotask.CompanyContacts.delete(created.company, created.contact), { itemId: created.contact });
  assert.deepEqual(await autotask.Contacts.get(created.contact), { item: null });
});
