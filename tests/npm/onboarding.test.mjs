// A new client: the plan, what to do next, and a whole run against a sandbox.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Schema, buildRequest, nextAction, planOnboarding, readResponse, ready } from 'autotask-crm';
import { skip, withSandbox } from './sandbox.mjs';

await ready();
const NOW = '2026-11-21T09:00:00Z';
const answers = {
  company: { companyName: 'Osprey Instruments', companyType: 1, phone: '518 555 0142', ownerResourceID: 4, taxID: 'DE7' },
  sites: [{ name: 'Head office', city: 'Troy' }, { name: 'Workshop', city: 'Utica' }],
  contacts: [{ record: { firstName: 'Bo', lastName: 'Bell', emailAddress: 'bo@osprey.example' }, site: 1 }],
};
const everything = {
  ...answers,
  siteConfiguration: { userDefinedFields: [{ name: 'Firewall', value: 'x' }] },
  contract: {
    record: { contractName: 'Managed', contractType: 7, contractPeriodType: 1, startDate: '2026-12-01T00:00:00Z', endDate: '2027-11-30T00:00:00Z' },
    contact: 0,
    services: [{ record: { serviceID: 11 }, quantity: 25 }, { record: { serviceID: 12 } }],
  },
  first: {
    note: { actionType: 1, assignedResourceID: 4, name: 'Welcome', startDateTime: NOW, endDateTime: '2026-11-21T09:30:00Z' },
  },
};
const event = (event, step, more) => ({ event, step, at: NOW, ...more });
const found = (step, ...ids) => event('found', step, { ids });

test('the plan is the answers in order, with every issue at its place', () => {
  const { plan, calls, issues } = planOnboarding({ runId: 'run-7', ...answers });
  assert.deepEqual([plan.runId, plan.version, calls, issues], ['run-7', 2, 9, []]);
  assert.deepEqual(plan.steps.map(({ id, kind }) => `${id} ${kind}`), [
    'company create', 'primary_location adopt', 'site_1 create', 'contact_0 create', 'company_details update',
  ]);
  assert.deepEqual(plan.steps[3].references.at(-1), { field: 'companyLocationID', step: 'site_1', isOptional: true });
  const other = planOnboarding(answers).plan.runId;
  assert.match(other, /^[0-9a-f]{32}$/);
  assert.notEqual(planOnboarding(answers).plan.runId, other, 'each run has an id of its own');
  const wrong = planOnboarding({ ...answers, company: { companyName: 'A' }, contacts: [{ record: { firstName: 'A', lastName: 'B' }, site: 9 }] });
  assert.deepEqual(wrong.issues.map(({ path }) => path), ['company.companyType', 'company.ownerResourceID', 'company.phone', 'contacts[0].site']);
  const schema = new Schema();
  schema.load('Companies', { fields: [{ name: 'companyName', dataType: 'string', length: 5 }] });
  assert.ok(planOnboarding(answers, { schema }).issues.some(({ code, path }) => code === 'record.too_long' && path === 'company.companyName'));
});

test('answers of another form are told at their place, never thrown', () => {
  const { plan, issues } = planOnboarding({
    company: 'Acme', sites: [7], contact: [], contacts: [{ firstName: 'A' }, { record: {}, site: -1 }], contract: { services: {} }, first: [],
  });
  const malformed = issues.filter(({ code }) => code === 'onboarding.malformed');
  assert.deepEqual(malformed.map(({ path }) => path), ['contact', 'company', 'sites[0]', 'contacts[0].firstName', 'contacts[1].site', 'contract.services', 'first']);
  assert.deepEqual([malformed[0].hint, plan.steps[0].id], ['did you mean `contacts`?', 'company']);
  assert.match(planOnboarding([answers]).issues[0].message, /^this is an object of runId, company, /);
  assert.equal(planOnboarding({ company: { companyName: '\ud800' } }).issues[0].code, 'json.syntax');
  assert.equal(planOnboarding({ sites: Array.from({ length: 1_200 }, () => ({})) }).issues[0].path, 'sites');
});

/** Does everything that goes well, without a network; answers the actions. */
function run(plan, journal = []) {
  const actions = [];
  for (let id = 100; id < 200; id += 1) {
    const action = nextAction(plan, journal, NOW);
    actions.push(action);
    const { step, operation, attempt, hash } = action;
    if (action.action === 'lookUp') {
      journal.push(found(step, ...(plan.steps.find((one) => one.id === step).kind === 'adopt' ? [7] : [])));
    } else if (action.action === 'send') {
      journal.push(event('intended', step, { attempt, hash }), event('confirmed', step, { id: operation.record.id ?? id }));
    } else {
      return actions;
    }
  }
  return assert.fail('it does not end');
}

test('every operation goes through buildRequest as it is, and searches stay out of addresses', () => {
  const { plan, issues } = planOnboarding({ ...everything, runId: 'r' });
  assert.deepEqual(issues, []);
  // Below a company that was there before, everything is looked for first.
  const taken = [found('company', 5), event('adopted', 'company', { id: 5 })];
  const fresh = run(plan);
  for (const { action, step, operation } of [...fresh, ...run(plan, taken)].filter(({ operation }) => operation)) {
    const { method, path, issues: problems } = buildRequest(operation);
    assert.deepEqual([problems, method], [[], action === 'lookUp' || operation.kind === 'create' ? 'POST' : 'PATCH'], step);
    assert.ok(!path.includes('?'), path);
  }
  assert.deepEqual(fresh[0], {
    action: 'lookUp', step: 'company',
    operation: { kind: 'query', entity: 'Companies', filter: [{ op: 'eq', field: 'companyName', value: 'Osprey Instruments' }], includeFields: ['id'], method: 'POST' },
  });
  assert.deepEqual(JSON.parse(buildRequest(fresh[0].operation).body), { IncludeFields: ['id'], filter: fresh[0].operation.filter });
  const { action, step, operation, key, attempt, hash } = fresh[1];
  assert.deepEqual([action, step, operation.kind, operation.entity, key, attempt], ['send', 'company', 'create', 'Companies', 'r/company/1', 1]);
  assert.match(hash, /^[0-9a-f]{16}$/);
  assert.deepEqual(fresh.at(-1).outcomes.map(({ step }) => step), plan.steps.map(({ id }) => id));
  assert.deepEqual(run(JSON.parse(JSON.stringify(plan))), fresh, 'plan and journal are plain data');
  assert.equal(buildRequest({ ...fresh[0].operation, method: 'PUT' }).issues[0].path, 'method');
  assert.equal(buildRequest({ ...fresh[0].operation, method: 'GET' }).method, 'GET');
});

test('questions and waits', () => {
  const { plan } = planOnboarding({ ...answers, runId: 'r' });
  const next = (journal, now = NOW) => nextAction(plan, journal, now);
  const { hash } = next([found('company')]);
  const sent = event('intended', 'company', { attempt: 1, hash });
  assert.deepEqual(next([found('company', 5, 6)]), { action: 'ask', step: 'company', question: { question: 'exists', ids: [5, 6] } });
  assert.deepEqual(next([found('company'), sent, event('rejected', 'company', { messages: ['no'] })]).question, { question: 'refused', messages: ['no'] });
  assert.deepEqual(next([{ event: 'paused', at: NOW }]), { action: 'ask', step: '', question: { question: 'paused' } });
  const doubt = [found('company'), sent, event('unknown', 'company', { why: 'timed out' }), found('company')];
  const { action, until, why } = next(doubt);
  assert.deepEqual([action, until], ['waitUntil', '2026-11-21T09:00:30Z']);
  assert.match(why, /^timed out$/);
  assert.equal(next(doubt, until).action, 'lookUp');
  const skipped = plan.steps.map(({ id }) => event('skipped', id));
  assert.deepEqual(next(skipped), { action: 'done', outcomes: plan.steps.map(({ id }) => ({ step: id, id: null })) });
});

test('plans and journals that do not belong together send nothing', () => {
  const { plan } = planOnboarding({ ...answers, runId: 'r' });
  const broken = (given, journal) => {
    const { action, question } = nextAction(given, journal, NOW);
    assert.deepEqual([action, question.question], ['ask', 'broken']);
    return question.why;
  };
  const gap = [found('company'), event('intended', 'company', { attempt: 2, hash: 'x' })];
  assert.match(broken(plan, gap), /lacks sending 1 of "Osprey Instruments"/);
  assert.match(broken({ ...plan, version: 1, steps: 'as they were' }, []), /has version 1, and 2 is understood/);
  assert.match(broken(plan, [found('site_9')]), /tells of the step "site_9"/);
  assert.match(broken({ ...plan, steps: [...plan.steps].reverse() }, []), /does not come before it/);
  assert.match(broken({ ...plan, steps: [plan.steps[0], plan.steps[0]] }, []), /two steps are called "company"/);
});

test('what is no plan, journal or time is a TypeError that says where', () => {
  const { plan } = planOnboarding({ ...answers, runId: 'r' });
  const step = { ...plan.steps[0], kind: 'delete' };
  const cases = [
    [{}, [], /^plan\.version: `version` is missing$/],
    [[], [], /^plan: a plan is an object$/],
    [{ ...plan, version: -1 }, [], /^plan\.version: /],
    [{ ...plan, steps: {} }, [], /^plan\.steps: `steps` is a list$/],
    [{ ...plan, steps: [plan.steps[0], step] }, [], /^plan\.steps\[1\]\.kind: /],
    [{ ...plan, steps: [7] }, [], /^plan\.steps\[0\]\.kind: /],
    [{ ...plan, runId: '\ud800' }, [], /^plan: .*half a character/],
    [plan, [found('company'), 7], /^journal\[1\]: an event is an object$/],
    [plan, [found('company'), undefined], /^journal\[1\]: an event is an object$/],
    [plan, [{ event: 'paused' }], /^journal\[0\]\.at: `at` is missing$/],
    [plan, [{ event: 'paused', at: 'soon' }], /^journal\[0\]\.at: `at` is a time such as/],
    [plan, [event('flew', 'company')], /^journal\[0\]\.event: there is no event `flew`$/],
    [plan, [event('found', 'company', { ids: ['7'] })], /^journal\[0\]\.ids: /],
    [plan, [event('intended', 'company', { attempt: 1.5, hash: '' })], /^journal\[0\]\.attempt: /],
    [plan, [event('confirmed', 'company')], /^journal\[0\]\.id: `id` is missing$/],
  ];
  for (const [given, journal, message] of cases) assert.throws(() => nextAction(given, journal, NOW), { name: 'TypeError', message }, String(message));
  assert.throws(() => nextAction(plan, [], 'soon'), { name: 'TypeError', message: /^now must be an ISO time/ });
  let deep = [];
  for (let depth = 0; depth < 500; depth += 1) deep = [deep];
  assert.throws(() => nextAction({ ...plan, deep }, [], NOW), { name: 'TypeError', message: /^plan: .*deeper/ });
  assert.equal(nextAction(plan, [], NOW).action, 'lookUp', 'all is still well');
});

test('a run makes one of each, whatever comes in between', { skip }, () => withSandbox(async (port) => {
  const base = `http://127.0.0.1:${port}/ATServicesRest`;
  const headers = { UserName: 'api-user@sandbox.test', Secret: 'sandbox-secret', ApiIntegrationCode: 'SANDBOX-TRACKING-ID', 'Content-Type': 'application/json' };
  const call = async (operation) => {
    const { method, path, body, issues } = buildRequest(operation);
    assert.deepEqual(issues, []);
    const response = await fetch(base + path, { method, headers, body });
    return readResponse(operation, response.status, new Uint8Array(await response.arrayBuffer()));
  };
  const { plan, issues } = planOnboarding(answers);
  assert.deepEqual(issues, []);
  let journal = [];
  // The clock runs ahead over waits, and answers get lost: of the company and of the contact, which are there none the less.
  let [now, sendings] = [Date.now(), 0];
  const lost = new Set(['company', 'contact_0']);
  const note = (entry) => journal.push({ ...entry, at: new Date(now).toISOString() });
  let action;
  for (let rounds = 0; action?.action !== 'done'; rounds += 1) {
    assert.ok(rounds < 60, JSON.stringify(journal));
    // Each round is that of a program that has just been started.
    journal = JSON.parse(JSON.stringify(journal));
    now += 1_000;
    action = nextAction(plan, journal, new Date(now).toISOString());
    const { step, operation, attempt, hash } = action;
    if (action.action === 'waitUntil') now = Date.parse(action.until);
    if (action.action === 'lookUp') {
      const answer = await call(operation);
      assert.ok(answer.ok, JSON.stringify(answer));
      note({ event: 'found', step, ids: answer.items.map(({ id }) => id) });
    }
    if (action.action === 'send') {
      sendings += 1;
      note({ event: 'intended', step, attempt, hash });
      const answer = await call(operation);
      assert.ok(answer.ok, JSON.stringify([operation, answer]));
      // A crash before the answer is written down.
      if (!lost.delete(step)) note({ event: 'confirmed', step, id: answer.itemId });
    }
    assert.notEqual(action.action, 'ask', JSON.stringify(action));
  }
  assert.deepEqual([sendings, lost.size], [5, 0], 'nothing was sent twice');
  const id = Object.fromEntries(action.outcomes.map((outcome) => [outcome.step, outcome.id]));
  const rows = async (entity, filter) => (await call({ kind: 'query', entity, filter })).items;
  const [company, ...others] = await rows('Companies', 'companyName = "Osprey Instruments"');
  assert.deepEqual([company.id, company.taxID, others], [id.company, 'DE7', []]);
  const sites = await rows('CompanyLocations', `companyID = ${company.id}`);
  assert.deepEqual(sites.map(({ id, name, isPrimary }) => [id, name, isPrimary]).sort(), [
    [id.primary_location, 'Head office', true], [id.site_1, 'Workshop', false],
  ].sort());
  const people = await rows('Contacts', `companyID = ${company.id}`);
  assert.deepEqual(people.map(({ id, emailAddress, companyLocationID, primaryContact }) => [id, emailAddress, companyLocationID, Boolean(primaryContact)]), [
    [id.contact_0, 'bo@osprey.example', id.site_1, true],
  ]);
}));
