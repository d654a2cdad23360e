// The sandbox over HTTP beside the same SQL through SQLite alone: 500 rows of 100,000 companies, and a count.
// Goal: at most twice its time. Answers are compared before times are printed.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import http from 'node:http';
import { createInterface } from 'node:readline';
import { percentile, report } from './support/report.mjs';

const COMPANIES = 100_000;
const CONTACTS = 500_000;
/** Rounds of each question; both sides take turns, so that noise hits both. */
const ROUNDS = 40;
const GOAL = 2;

execFileSync('cargo', ['build', '--release', '-p', 'autotask-crm'], { stdio: 'inherit' });
execFileSync('cargo', ['build', '--release', '-p', 'autotask-sandbox', '--example', 'sqlite_alone'], { stdio: 'inherit' });
const target = process.env.CARGO_TARGET_DIR ?? 'target';
mkdirSync(`${target}/bench`, { recursive: true });
const database = `${target}/bench/sandbox-${COMPANIES}.db`;

/** Starts the sandbox and waits for its address. */
async function startSandbox() {
  const world = ['--companies', `${COMPANIES}`, '--contacts', `${CONTACTS}`];
  const child = spawn(`${target}/release/autotask-crm`, ['sandbox', '--listen', '127.0.0.1:0', '--no-limits', '--database', database, ...world]);
  child.stderr.pipe(process.stderr);
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^Sandbox: (\S+)/.exec(line)?.[1];
    if (url) return { child, url };
  }
  throw new Error('the sandbox ended; if its database is of another version, remove ' + database);
}

const began = performance.now();
const isNew = !existsSync(database);
const { child: sandbox, url } = await startSandbox();
const made = (performance.now() - began) / 1000;
const alone = spawn(`${target}/release/examples/sqlite_alone`, [database], { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: alone.stdout })[Symbol.asyncIterator]();
async function sqlite(question) {
  alone.stdin.write(JSON.stringify(question) + '\n');
  return JSON.parse((await answers.next()).value);
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 3 });
const headers = { UserName: 'api-user@sandbox.test', Secret: 'sandbox-secret', ApiIntegrationCode: 'SANDBOX-TRACKING-ID', 'Content-Type': 'application/json' };
/** The body as bytes: the other side does not parse either. */
function post(path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}V1.0/${path}`, { method: 'POST', agent, headers }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => (answer.statusCode === 200 ? resolve(Buffer.concat(chunks)) : reject(new Error(Buffer.concat(chunks).toString()))));
    });
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}

// The columns an answer has: all but the folded shadows.
const first = JSON.parse(await post('Companies/query', { MaxRecords: 1, filter: [{ op: 'exist', field: 'id' }] }));
const columns = Object.keys(first.items[0]).filter((name) => name !== 'userDefinedFields').map((name) => `"${name}"`).join(', ');
const page = (where) => `SELECT ${columns} FROM "Companies" WHERE ${where} ORDER BY "id" LIMIT 501`;
const cities = ['Springfield', 'Troy', 'Zürich', 'Bern', 'London', 'Toronto', 'Denver', 'Austin', ...Array.from({ length: 32 }, (_, number) => `Nowhere ${number}`)];
const among = cities.map(() => '?').join(', ');

const QUESTIONS = [
  {
    name: 'equality',
    filter: [{ op: 'eq', field: 'companyType', value: 1 }],
    where: '"companyType" = ?',
    values: [1],
  },
  {
    name: 'contains, common',
    filter: [{ op: 'contains', field: 'companyName', value: 'health' }],
    where: 'instr("~companyName", ?) > 0',
    values: ['health'],
  },
  {
    name: 'contains, rare',
    filter: [{ op: 'contains', field: 'companyName', value: 'quoted' }],
    where: 'instr("~companyName", ?) > 0',
    values: ['quoted'],
  },
  {
    name: 'and/or with 40 in a list',
    filter: [
      { op: 'eq', field: 'isActive', value: true },
      { op: 'or', items: [{ op: 'in', field: 'city', value: cities }, { op: 'beginsWith', field: 'companyName', value: 'B' }] },
    ],
    where: `("isActive" = ? AND (rtrim("~city", ' ') IN (${among}) OR ("~companyName" >= ? AND "~companyName" < ?)))`,
    values: [1, ...cities.map((city) => city.toLowerCase()), 'b', 'c'],
  },
  {
    name: 'count',
    filter: [{ op: 'contains', field: 'companyName', value: 'health' }],
    count: true,
    sql: `SELECT count(*) FROM "Companies" WHERE instr("~companyName", ?) > 0`,
    values: ['health'],
  },
];

const lines = [];
for (const { name, filter, where, values, count, sql } of QUESTIONS) {
  const path = count ? 'Companies/query/count' : 'Companies/query';
  const question = { sql: sql ?? page(where), values, udfs: count ? null : "walk", times: 1 };
  const ours = JSON.parse(await post(path, { filter }));
  const theirs = (await sqlite(question)).ids;
  const found = count ? [ours.queryCount] : ours.items.map((row) => row.id);
  // The sandbox reads one row more to know whether there is a next page.
  if (JSON.stringify(found) !== JSON.stringify(count ? theirs : theirs.slice(0, 500))) throw new Error(`${name}: the answers differ`);
  const http = [];
  const direct = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    await post(path, { filter });
    http.push(performance.now() - start);
    direct.push((await sqlite(question)).microseconds[0] / 1000);
  }
  const start = performance.now();
  await Promise.all([0, 1, 2].map(async () => {
    for (let round = 0; round < ROUNDS; round += 1) await post(path, { filter });
  }));
  const perSecond = (3 * ROUNDS) / ((performance.now() - start) / 1000);
  const ratio = percentile(http, 50) / percentile(direct, 50);
  lines.push({
    question: name,
    rows: count ? found[0] : found.length,
    'sandbox p50 ms': percentile(http, 50).toFixed(2),
    'SQLite alone p50 ms': percentile(direct, 50).toFixed(2),
    ratio: ratio.toFixed(2),
    'goal ≤ 2': ratio <= GOAL ? 'met' : `missed by ${(ratio - GOAL).toFixed(2)}`,
    'requests/s, 3 at once': perSecond.toFixed(0),
  });
}
const memory = execFileSync('ps', ['-o', 'rss=', '-p', `${sandbox.pid}`]).toString().trim() / 1024;
const notes = [
  `${COMPANIES.toLocaleString('en-US')} companies, ${CONTACTS.toLocaleString('en-US')} contacts; the file has ${(statSync(database).size / 1e6).toFixed(0)} MB` +
    (isNew ? `, made in ${made.toFixed(0)} s` : ''),
  `resident memory of the sandbox after all that: ${memory.toFixed(0)} MB`,
];
alone.stdin.end();
sandbox.kill('SIGTERM');
agent.destroy();
report('sandbox', 'The sandbox over HTTP beside SQLite alone', lines, notes);
