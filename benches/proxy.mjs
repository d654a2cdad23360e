// The proxy beside nginx and Node's http-proxy, before the same upstream: an nginx that answers from memory as Autotask does.
// Goals (performance.md, issue 7): bare forwarding takes at most twice nginx's p50, and 2.5 times http-proxy's requests a
// second at 16 connections; with all guards on, p50 grows by at most 1 ms and p99 by 5 ms at 300 requests a second.
// Each server has one worker; all take turns. What they answer is compared before a time is printed, and a refusal or
// a shorter answer ends the run. Needs nginx and wrk.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile, report } from './support/report.mjs';
import { leaveOutWithout, load, script } from './support/wrk.mjs';

const ROUNDS = 7;
/** Seconds that each side is under load in a round. */
const SECONDS = 3;
const PACE = 300;
const PACED_SECONDS = 20;

leaveOutWithout(['nginx', 'wrk'], 'nginx-light wrk');
execFileSync('cargo', ['build', '--release', '-p', 'autotask-crm'], { stdio: 'inherit' });
const target = process.env.CARGO_TARGET_DIR ?? 'target';
const folder = mkdtempSync(join(tmpdir(), 'autotask-crm-bench-'));
const children = [];
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin`, HOME: folder, XDG_DATA_HOME: folder, TOKIO_WORKER_THREADS: '1' };

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

function start(program, parameters) {
  const child = spawn(program, parameters, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

/** An nginx of one worker with this configuration of its server. */
function nginx(name, port, server, more = '') {
  const prefix = join(folder, name);
  mkdirSync(prefix, { recursive: true });
  writeFileSync(
    join(prefix, 'nginx.conf'),
    `${process.getuid() === 0 ? 'user root;' : ''} worker_processes 1; pid ${prefix}/pid; error_log ${prefix}/error.log; daemon off; events { worker_connections 1024; }
     http { access_log off; keepalive_requests 100000000; client_body_temp_path ${prefix}; proxy_temp_path ${prefix};
     fastcgi_temp_path ${prefix}; uwsgi_temp_path ${prefix}; scgi_temp_path ${prefix}; default_type application/json; ${more}
     server { listen 127.0.0.1:${port}; ${server} } }`,
  );
  start('nginx', ['-p', prefix, '-c', join(prefix, 'nginx.conf')]);
}

// As Autotask answers: one company of half a kilobyte, and a page of 500 rows.
const company = (id) => ({ id, companyName: `Company ${id}`, companyNumber: `C-${id}`, phone: '+1 217 555 0100', city: 'Springfield', state: 'IL',
  postalCode: '62701', address1: '100 Main Street', companyType: 1, ownerResourceID: 29682885, isActive: true, webAddress: 'https://company.example',
  createDate: '2026-01-02T03:04:05.067Z', lastActivityDate: '2026-11-21T10:11:12.13Z', marketSegmentID: 3, territoryID: null, taxID: '', userDefinedFields: [] });
const item = JSON.stringify({ item: company(7) });
const page = JSON.stringify({ items: Array.from({ length: 500 }, (_, id) => company(id)), pageDetails: { count: 500, requestCount: 500, prevPageUrl: null, nextPageUrl: null } });
const threshold = JSON.stringify({ externalRequestThreshold: 1_000_000_000, requestThresholdTimeframe: 60, currentTimeframeRequestCount: 1 });
const files = join(folder, 'files');
mkdirSync(files);
for (const [name, text] of Object.entries({ item, page, threshold })) writeFileSync(join(files, name), text);

const ports = {};
for (const name of ['upstream', 'nginx', 'node', 'guarded']) ports[name] = await freePort();
const upstream = `http://127.0.0.1:${ports.upstream}`;
nginx('upstream', ports.upstream, `root ${files}; open_file_cache max=10;
  location /ATServicesRest/V1.0/Companies/query { rewrite ^ /page break; }
  location /ATServicesRest/V1.0/ThresholdInformation { rewrite ^ /threshold break; }
  location /ATServicesRest/ { rewrite ^ /item break; }`);
nginx('nginx', ports.nginx, `location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffers 8 512k; proxy_buffer_size 512k; proxy_busy_buffers_size 1m; }`,
  `upstream up { server 127.0.0.1:${ports.upstream}; keepalive 64; }`);
// Sockets without a bound: it keeps those whose caller hangs up, as wrk does at the end of each round, and stands still at its bound.
start(process.execPath, ['-e', `const { createRequire } = require('node:module'); const need = createRequire('${process.cwd()}/benches/package.json');
  const proxy = need('http-proxy').createProxyServer({ target: '${upstream}', agent: new (require('node:http').Agent)({ keepAlive: true }) });
  require('node:http').createServer((a, b) => proxy.web(a, b)).listen(${ports.node}, '127.0.0.1');`]);

/** Ours, without limits or with every guard. */
async function ours(...flags) {
  const child = start(`${target}/release/autotask-crm`, ['demo', '--no-open', '--port', '0', '--sandbox-url', upstream, ...flags]);
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^CRM workbench: (http\S+?)\/?$/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error('the proxy ended');
}
const url = { direct: upstream, nginx: `http://127.0.0.1:${ports.nginx}`, node: `http://127.0.0.1:${ports.node}` };

const HEADERS = { 'X-Requested-With': 'autotask-crm' };
const wanted = { '/ATServicesRest/V1.0/Companies/1': item, [`/ATServicesRest/V1.0/Companies/query?search=${encodeURIComponent('{"filter":[{"op":"gte","field":"id","value":1}]}')}`]: page };

/** One worker that asks for a company, or a page, each time another one, so that nothing can be remembered. */
function asking(isPage) {
  const path = isPage
    ? `"/ATServicesRest/V1.0/Companies/query?search=%7B%22filter%22%3A%5B%7B%22op%22%3A%22gte%22%2C%22field%22%3A%22id%22%2C%22value%22%3A" .. n .. "%7D%5D%7D"`
    : `"/ATServicesRest/V1.0/Companies/" .. n`;
  return script(join(folder, isPage ? 'page.lua' : 'item.lua'), `local n = 0
    wrk.headers["X-Requested-With"] = "autotask-crm"
    request = function() n = n + 1; return wrk.format("GET", ${path}) end`);
}
const scripts = { item: asking(false), page: asking(true) };
const under = (name, what, connections) =>
  load(url[name], scripts[what], { connections, seconds: SECONDS, least: what === 'item' ? item.length : page.length, env });

const agent = new http.Agent({ keepAlive: true, maxSockets: 3 });
function ask(address) {
  return new Promise((done, fail) => {
    const began = performance.now();
    http.get(address, { agent, headers: HEADERS }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () => (answer.statusCode === 200 ? done({ text, took: performance.now() - began }) : fail(new Error(`${address}: ${answer.statusCode} ${text}`))));
    }).on('error', fail);
  });
}

/** So many requests a second, whatever the answers take. */
async function paced(address, seconds) {
  const took = [];
  const asked = [];
  const began = performance.now();
  for (let number = 0; number < PACE * seconds; number += 1) {
    const wait = (number * 1000) / PACE - (performance.now() - began);
    if (wait > 1) await sleep(wait);
    asked.push(ask(`${address}/ATServicesRest/V1.0/Companies/${number + 1}`).then((answer) => took.push(answer.took)));
  }
  await Promise.all(asked);
  return took;
}

try {
  url.ours = await ours('--no-limits');
  url.guarded = await ours();
  await sleep(500);
  for (const [path, text] of Object.entries(wanted)) {
    for (const [name, address] of Object.entries(url)) {
      const got = (await ask(address + path)).text;
      if (got !== text) throw new Error(`${name} answers otherwise: ${got.slice(0, 200)}`);
    }
  }
  const measured = {};
  const note = (key, value) => (measured[key] ??= []).push(value);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of ['direct', 'nginx', 'node', 'ours']) {
      note(`${name} p50`, (await under(name, 'item', 1)).p50);
      note(`${name} rps`, (await under(name, 'item', 16)).perSecond);
      note(`${name} page`, (await under(name, 'page', 16)).perSecond);
    }
  }
  const took = { direct: [], guarded: [] };
  for (let round = 0; round < PACED_SECONDS / 2; round += 1) {
    for (const name of ['direct', 'guarded']) took[name].push(...(await paced(url[name], 2)));
  }
  const best = (key) => (key.endsWith('p50') ? Math.min(...measured[key]) : Math.max(...measured[key]));
  const middle = (key) => percentile(measured[key], 50);
  const lines = ['direct', 'nginx', 'node', 'ours'].map((name) => ({
    '': { direct: 'direct', nginx: 'nginx', node: 'Node http-proxy', ours: 'this proxy, bare' }[name],
    'p50, one connection, µs': `${best(`${name} p50`)} (${middle(`${name} p50`)})`,
    'requests/s at 16': `${Math.round(best(`${name} rps`))} (${Math.round(middle(`${name} rps`))})`,
    'pages of 500 rows/s at 16': `${Math.round(best(`${name} page`))} (${Math.round(middle(`${name} page`))})`,
  }));
  const verdict = (isMet) => (isMet ? 'met' : 'missed');
  const ratio = best('ours p50') / best('nginx p50');
  const own = best('ours p50') - best('direct p50');
  const speed = best('ours rps') / best('node rps');
  const added = (share) => percentile(took.guarded, share) - percentile(took.direct, share);
  report('proxy', 'Proxy: beside nginx and Node http-proxy, one worker each', lines, [
    `Best of ${ROUNDS} rounds of ${SECONDS} s, in brackets the median; half a kilobyte an answer, ${Math.round(page.length / 1000)} kB a page.`,
    // Both ways to read "adds at most twice nginx's p50".
    `p50 is ${ratio.toFixed(2)} times nginx's (goal 2: ${verdict(ratio <= 2)}); what this proxy adds to direct is ${(own / best('nginx p50')).toFixed(2)} times nginx's p50; requests a second are ${speed.toFixed(2)} times http-proxy's (goal 2.5: ${verdict(speed >= 2.5)}).`,
    `With every guard on, at ${PACE} requests a second: p50 ${percentile(took.guarded, 50).toFixed(2)} ms against ${percentile(took.direct, 50).toFixed(2)} direct, ${added(50).toFixed(2)} more (goal 1: ${verdict(added(50) <= 1)}); p99 ${percentile(took.guarded, 99).toFixed(2)} against ${percentile(took.direct, 99).toFixed(2)}, ${added(99).toFixed(2)} more (goal 5: ${verdict(added(99) <= 5)}).`,
  ]);
} finally {
  agent.destroy();
  for (const child of children) child.kill('SIGTERM');
  await sleep(200);
  rmSync(folder, { recursive: true, force: true });
}
