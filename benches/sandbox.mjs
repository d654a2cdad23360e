// The sandbox over HTTP beside the same SQL through SQLite alone: 500 rows of 100,000 companies, and a count.
// Goal: at most twice its time. Answers are compared before times are printed. Beside both the floor: what the same client
// takes for the same bytes from a server that has them in memory. No sandbox can be below that.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import http from 'node:http';
import { createInterface } from 'node:readline';
import { percentile, report } from './support/report.mjs';

const COMPANIES = 100_000;
const CONTACTS = 500_000;
/** Rounds of each question; all sides take turns, so that noise hits all. */
const ROUNDS = 60;
const GOAL = 2;

execFileSync('cargo', ['build', '--release', '-p', 'autotask-crm'], { stdio: 'inherit' });
const examples = ['--example', 'sqlite_alone', '--example', 'from_memory'];
execFileSync('cargo', ['build', '--release', '-p', 'autotask-sandbox', ...examples], { stdio: 'inherit' });
const target = process.env.CARGO_TARGET_DIR ?? 'target';
mkdirSync(`${target}/bench`, { recursive: true });
const database = `${target}/bench/sandbox-${COMPANIES}.db`;

/** Starts a server and waits for the line with its address. */
async function start(program, parameters, address, hint) {
  const child = spawn(program, parameters);
  child.stderr.pipe(process.stderr);
  for await (const line of createInterface({ input: child.stdout })) {
    const url = address.exec(line)?.[1];
    if (url) return { child, url };
  }
  throw new Error(`${program} ended; ${hint}`);
}

function startSandbox() {
  const world = ['--companies', `${COMPANIES}`, '--contacts', `${CONTACTS}`];
  const parameters = ['sandbox', '--listen', '127.0.0.1:0', '--no-limits', '--database', database, ...world];
  return start(`${target}/release/autotask-crm`, parameters, /^Sandbox: (\S+)/, `if its database is of another version, remove ${database}`);
}

const began = performance.now();
const isNew = !existsSync(database);
const { child: sandbox, url } = await startSandbox();
const made = (performance.now() - began) / 1000;
const floor = await start(`${target}/release/examples/from_memory`, [], /^(http\S+)/, 'it only listens');
const alone = spawn(`${target}/release/examples/sqlite_alone`, [database], { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: alone.stdout })[Symbol.asyncIterator]();
async function sqlite(question) {
  alone.stdin.write(JSON.stringify(question) + '\n');
  return JSON.parse((await answers.next()).value);
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 3 });
const headers = { UserName: 'api-user@sandbox.test', Secret: 'sandbox-secret', ApiIntegrationCode: 'SANDBOX-TRACKING-ID', 'Content-Type': 'application/json' };
/** The body as bytes: the other side does not parse either. */
function send(method, address, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(address, { method, agent, headers }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => (answer.statusCode === 200 ? resolve(Buffer.concat(chunks)) : reject(new Error(Buffer.concat(chunks).toString()))));
    });
    request.on('error', reject);
    request.end(body);
  });
}
const post = (path, body) => send('POST', `${url}V1.0/${path}`, JSON.stringify(body));

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
  const bytes = await post(path, { filter });
  const ours = JSON.parse(bytes);
  await send('PUT', floor.url, bytes);
  if (!(await send('POST', floor.url, '{}')).equals(bytes)) throw new Error(`${name}: the floor has other bytes`);
  const theirs = (await sqlite(question)).ids;
  const found = count ? [ours.queryCount] : ours.items.map((row) => row.id);
  // The sandbox reads one row more to know whether there is a next page.
  if (JSON.stringify(found) !== JSON.stringify(count ? theirs : theirs.slice(0, 500))) throw new Error(`${name}: the answers differ`);
  const [http, least, direct] = [[], [], []];
  const asked = JSON.stringify({ filter });
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    await post(path, { filter });
    http.push(performance.now() - start);
    const again = performance.now();
    await send('POST', floor.url, asked);
    least.push(performance.now() - again);
    direct.push((await sqlite(question)).microseconds[0] / 1000);
  }
  const start = performance.now();
  await Promise.all([0, 1, 2].map(async () => {
    for (let round = 0; round < ROUNDS; round += 1) await post(path, { filter });
  }));
  const perSecond = (3 * ROUNDS) / ((performance.now() - start) / 1000);
  const ratio = Math.min(...http) / Math.min(...direct);
  const ratioOfMedians = percentile(http, 50) / percentile(direct, 50);
  const beyond = (Math.min(...http) - Math.min(...least)) / Math.min(...direct);
  const times = (all) => `${Math.min(...all).toFixed(2)} / ${percentile(all, 50).toFixed(2)}`;
  lines.push({
    question: name,
    rows: count ? found[0] : found.length,
    KB: (bytes.length / 1000).toFixed(0),
    'sandbox min / p50 ms': times(http),
    'floor min / p50 ms': times(least),
    'SQLite alone min / p50 ms': times(direct),
    'whole: ratio of min / p50': `${ratio.toFixed(2)} / ${ratioOfMedians.toFixed(2)}`,
    'beyond the floor': beyond.toFixed(2),
    'no server could, p50': ((percentile(least, 50) + percentile(direct, 50)) / percentile(direct, 50)).toFixed(2),
    'goal ≤ 2, p50': ratioOfMedians <= GOAL ? 'met' : `missed by ${(ratioOfMedians - GOAL).toFixed(2)}`,
    'requests/s, 3 at once': perSecond.toFixed(0),
  });
}
const memory = execFileSync('ps', ['-o', 'rss=', '-p', `${sandbox.pid}`]).toString().trim() / 1024;
const notes = [
  'the goal is judged by p50 of the whole, as the client sees it; “beyond the floor” is the whole without what the client takes for so many bytes from memory (least by least), “no server could” is that and SQLite’s own time together: below it is nobody who answers over HTTP',
  `${COMPANIES.toLocaleString('en-US')} companies, ${CONTACTS.toLocaleString('en-US')} contacts; the file has ${(statSync(database).size / 1e6).toFixed(0)} MB` +
    (isNew ? `, made in ${made.toFixed(0)} s` : ''),
  `resident memory of the sandbox after all that: ${memory.toFixed(0)} MB`,
];
alone.stdin.end();
sandbox.kill('SIGTERM');
floor.child.kill('SIGTERM');
agent.destroy();
report('sandbox', 'The sandbox over HTTP beside SQLite alone', lines, notes);
