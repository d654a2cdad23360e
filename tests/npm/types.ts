// Uses every exported function and type; `npx tsc -p .` must have nothing to say. It is never run.
import {
  AutotaskCrmError, Hierarchy, Schema, Selection, Table, audit, auditRules, buildRequest, completeFilter, diff, entity, entityNames, nextAction, parseFilter, patch,
  planFilter, planOnboarding, printFilter, readFilter, readResponse, ready, validate, verifyWrite, version,
} from 'autotask-crm';
import type {
  Change, Company, CompanyLocation, Completion, Contact, Context, EntityInfo, FieldInfo, FieldOutcome, FilterAnswer, FilterNode, FilterPlan, FilterValue, Issue, Operation,
  OnboardingAction, OnboardingAnswers, OnboardingEvent, OnboardingPlan, OnboardingQuestion, OnboardingStep, Outcome, PicklistValue, QualityReport, QualityRule, QueryOperation, Resource, SearchHit, SearchHits, SearchOptions, Ticket,
} from 'autotask-crm';

await ready();
await ready(new URL('https://example.com/a.wasm'));
await ready('a.wasm');
await ready(new Uint8Array());
await ready(new Response());

const names: string[] = entityNames();
const info: EntityInfo | undefined = entity(`${names[0]} ${version}`);
const field: FieldInfo | undefined = info?.fields[0];
const pick: PicklistValue | undefined = field?.picklistValues?.[0];
const child: string | undefined = info?.parent?.childPath;

const schema = new Schema();
const loaded: Issue[] = schema.load('Companies', new Uint8Array(), { fields: [] });
schema.load('Companies');
const own: EntityInfo | undefined = schema.entity('Companies');
const context: Context = { schema, now: '2026-11-21T12:00:00Z', zone: 'UTC', me: 4, weekStart: 0, resolved: { 'Maria Lopez': 5 } };

const answer: FilterAnswer = parseFilter('Companies', 'city = Troy', context);
const { maxRecords, includeFields, ignored } = readFilter('Companies', { filter: [] }, context);
const first: [number | undefined, string[] | undefined, string[]] = [maxRecords, includeFields, ignored];
const value: FilterValue = null;
const node: FilterNode = { op: 'or', items: [{ op: 'in', field: 'id', value: [1, 2] }, { op: 'eq', field: 'x', value, udf: true }, { op: 'exist', field: 'y' }] };
const text: string = printFilter('Companies', answer.filter ?? [node], context);
const plan: FilterPlan = planFilter('Companies', [{ op: 'not', items: [{ op: 'notContains', field: 'city', value: 'x' }] }], context);
const days: FilterNode = { op: 'between', field: 'createDate', value: [{ date: '2026-01-01' }, { relative: 'today' }] };
const proposals: Completion[] = completeFilter('Companies', 'comp', 4, context);
void [plan.server, plan.nodes[0]?.where === 'split', days, proposals[0]?.insert];
// @ts-expect-error there is no such operator
const wrong: FilterNode = { op: 'like', field: 'x' };

function rows(): Selection {
  using table = new Table('Companies', context);
  const { added, updated, skipped, issues } = table.load(new Uint8Array());
  const total: number = added + updated + skipped + issues.length + table.remove(new Float64Array()) + table.remove([1]) + table.length;
  const record: object | undefined = table.record(total);
  const selection = table.filter([node], context).sort([{ field: 'city', descending: true }, { field: 'id' }]);
  const ids: Float64Array = selection.ids();
  const numbers: Uint32Array = selection.rows();
  const objects: object[] = selection.and(table.all()).or(selection.not()).records(['id'], 0, numbers.length);
  const plainly: SearchOptions = { typos: false };
  const hits: SearchHits = table.search('acme', 50, plainly);
  const [best]: SearchHit[] = hits;
  const marked: string[] = best.marks.map(({ field, start, end }) => field.slice(start, end + best.row + best.id + best.score + hits.total));
  const company = objects[0] as Company;
  const contact: Contact = { firstName: 'Ann', isActive: 1 };
  const other: [CompanyLocation, Resource, Ticket] = [{ name: 'x' }, {}, {}];
  void [record, ids, marked, company.companyName, company.userDefinedFields, contact, other];
  return selection;
}
// @ts-expect-error selections come from a table
new Selection();

const forest = new Hierarchy([1, 2], [null, 1], { tickets: new Float32Array(2) });
const arrays: [Uint32Array, Uint32Array, Int32Array] = [forest.order(), forest.depth(), forest.parent()];
const sums: Float64Array[] = [forest.own('tickets'), forest.subtree('tickets')];
for (const { kind, ids, message } of forest.problems()) if (kind === 'cycle') void [ids.length, message];
const { ok, issues, impact } = forest.canMove(1, null);
if (ok) forest.move(1, impact.companies);
forest.free();
const built: Hierarchy = Hierarchy.fromTable(new Table('Companies'), { parent: 'parentCompanyID', measures: ['assetValue'] });

const ownRule: QualityRule = { id: 'a', entity: 'Companies', severity: 'notice', check: { is: 'spaces', fields: ['city'] }, fix: { advice: 'x', set: { city: null } } };
const report: QualityReport = audit([new Table('Companies')], [...auditRules(), ownRule], context);
const foundIds: Float64Array | undefined = report.rules[0]?.ids;
const owner: number | null | undefined = report.owners[0]?.owner;
// @ts-expect-error there is no such check
const wrongRule: QualityRule = { id: 'a', entity: 'Companies', severity: 'notice', check: { is: 'space' } };
void [foundIds, owner, wrongRule, report.entities[0]?.score, report.issues];

const found: Issue[] = validate('Companies', { companyName: 'x' }, 'create', context);
const query: QueryOperation = { kind: 'query', entity: 'Companies', filter: 'city = a', maxRecords: 5, includeFields: ['id'], context };
const operations: Operation[] = [
  query,
  { kind: 'count', entity: 'Companies', filter: [node] },
  { kind: 'next', entity: 'Companies', url: 'x', query },
  { kind: 'get', entity: 'Companies', id: 1 },
  { kind: 'delete', entity: 'CompanyLocations', id: 1, parentId: 2 },
  { kind: 'create', entity: 'Contacts', record: {}, parentId: 2 },
  { kind: 'fields', entity: 'Companies' },
  { kind: 'zone', user: 'x' },
  { kind: 'threshold' },
];
for (const operation of operations) {
  const { method, path, body }: { method: string; path: string; body?: string } = buildRequest(operation);
  const outcome: Outcome = readResponse(operation, 200, new Uint8Array());
  if (outcome.ok) void [outcome.items, outcome.item, outcome.itemId, outcome.count, outcome.next, outcome.body];
  else void [outcome.kind, outcome.status, outcome.messages, outcome.advice, outcome.retry, outcome.issues];
  void [method, path, body];
}

const changes: Change[] = diff('Companies', { city: 'Troy' }, { city: null }, context);
const row: object = patch('Companies', { city: 'Troy' }, { city: null });
const [became]: FieldOutcome[] = verifyWrite('Companies', row, {}, {});
const isIgnored: boolean = became.outcome === 'ignored';
const answers: OnboardingAnswers = {
  runId: 'r',
  company: { companyName: 'Acme', userDefinedFields: [{ name: 'Tier', value: 'A' }] },
  sites: [{ name: 'HQ' }],
  contacts: [{ record: { firstName: 'Ann' }, site: 0 }, {}],
  contract: { record: { contractName: 'Managed' }, contact: 0, services: [{ record: { serviceID: 1 }, quantity: 5 }] },
  first: { toDo: { actionType: 1 } },
};
// @ts-expect-error it is `contacts`
const wrongAnswers: OnboardingAnswers = { contact: [] };
const planned: { plan: OnboardingPlan; calls: number; issues: Issue[] } = planOnboarding(answers, { schema });
const step: OnboardingStep | undefined = planned.plan.steps[0];
const journal: OnboardingEvent[] = [{ event: 'paused', at: '2026-11-21T12:00:00Z' }];
function drive(action: OnboardingAction): unknown {
  switch (action.action) {
    case 'lookUp':
      return buildRequest(action.operation);
    case 'send':
      journal.push({ event: 'intended', step: action.step, attempt: action.attempt, hash: action.hash, at: action.key });
      return buildRequest(action.operation);
    case 'waitUntil':
      return action.until + action.why;
    case 'ask':
      return asked(action.question);
    case 'done':
      return action.outcomes.map(({ id }) => id);
  }
}
function asked(question: OnboardingQuestion): unknown {
  return question.question === 'exists' ? question.ids : question.question === 'refused' ? question.messages : question.question;
}
void [changes[0]?.text, isIgnored, wrongAnswers, step?.kind, drive(nextAction(planned.plan, journal, '2026-11-21T12:00:00Z'))];
try {
  rows();
} catch (error) {
  if (error instanceof AutotaskCrmError) void [error.code, error.issues[0]?.hint, error.message];
}
void [pick, child, loaded, own, first, text, wrong, arrays, sums, issues, built, found];
