// The sandbox over HTTP beside the same SQL through SQLite alone: 500 rows of 100,000 companies, and a count.
// Goal: at most twice its time, p50, as wrk sees it, whose own time is small. Answers are compared before times are printed.
// Beside both the floor: what wrk takes for the same bytes from a server that has them in memory. No sandbox can be below that.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import http from 'node:http';
import { createInterface } from 'node:readline';
import { percentile, report } from './support/report.mjs';
import { leaveOutWithout, load, lua, script } from './support/wrk.mjs';

const COMPANIES = 100_000;
const CONTACTS = 500_000;
/** Rounds of each question; all sides take turns, so that noise hits all. */
const ROUNDS = 9;
/** Seconds that a server is under load in a round. */
const SECONDS = 1;
const GOAL = 2;

leaveOutWithout(['wrk'], 'wrk');

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
  const asked = script(`${target}/bench/sandbox.lua`, `wrk.method = "POST" wrk.body = ${lua(JSON.stringify({ filter }))}
    ${Object.entries(headers).map(([header, value]) => `wrk.headers["${header}"] = ${lua(value)}`).join('\n')}`);
  const [served, fromMemory, direct, fromNode] = [[], [], [], []];
  const one = { connections: 1, seconds: SECONDS, least: bytes.length };
  for (let round = 0; round < ROUNDS; round += 1) {
    served.push((await load(`${url}V1.0/${path}`, asked, one)).p50 / 1000);
    fromMemory.push((await load(floor.url, asked, one)).p50 / 1000);
    const times = Math.ceil((SECONDS * 1000) / Math.max(served.at(-1), 1));
    direct.push(percentile((await sqlite({ ...question, times })).microseconds, 50) / 1000);
    const start = performance.now();
    await post(path, { filter });
    fromNode.push(performance.now() - start);
  }
  const { perSecond } = await load(`${url}V1.0/${path}`, asked, { ...one, connections: 3, seconds: 3 * SECONDS });
  const middle = (all) => percentile(all, 50);
  const ratio = middle(served.map((time, round) => time / direct[round]));
  lines.push({
    question: name,
    rows: count ? found[0] : found.length,
    KB: (bytes.length / 1000).toFixed(0),
    'sandbox, ms': middle(served).toFixed(2),
    'floor, ms': middle(fromMemory).toFixed(2),
    'SQLite alone, ms': middle(direct).toFixed(2),
    'sandbox / SQLite': ratio.toFixed(2),
    [`goal ≤ ${GOAL}`]: ratio <= GOAL ? 'met' : `missed by ${(ratio - GOAL).toFixed(2)}`,
    'requests/s, 3 at once': perSecond.toFixed(0),
    'a Node client waits, ms': middle(fromNode).toFixed(2),
  });
}
const memory = execFileSync('ps', ['-o', 'rss=', '-p', `${sandbox.pid}`]).toString().trim() / 1024;
const notes = [
  `p50 of ${SECONDS} s by wrk over one connection, which reads and does not parse; the median of ${ROUNDS} rounds in turns, ratios taken in each round; the floor is the same answer from memory`,
  `${COMPANIES.toLocaleString('en-US')} companies, ${CONTACTS.toLocaleString('en-US')} contacts; the file has ${(statSync(database).size / 1e6).toFixed(0)} MB` +
    (isNew ? `, made in ${made.toFixed(0)} s` : ''),
  `resident memory of the sandbox after all that: ${memory.toFixed(0)} MB`,
];
alone.stdin.end();
sandbox.kill('SIGTERM');
floor.child.kill('SIGTERM');
agent.destroy();
report('sandbox', 'The sandbox over HTTP beside SQLite alone', lines, notes);
