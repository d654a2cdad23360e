// The sandbox's own page: what it shows comes from /_sandbox/…, as text only, since requests can hold anything.

const $ = (id) => document.getElementById(id);
const OPERATIONS = ['query', 'count', 'get', 'create', 'update', 'replace', 'delete', 'metadata', 'zone', 'other'];
/** How often the lists are read again, in milliseconds. */
const EVERY = 2000;

async function call(method, path, body) {
  const answer = await fetch(`/_sandbox/${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.Message ?? json.errors?.[0] ?? `${answer.status}`);
  return json;
}

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function say(problem) {
  $('problem').textContent = problem;
  $('problem').hidden = !problem;
}

/** Does something and shows why it failed. */
async function attempt(work) {
  try {
    await work();
    say('');
  } catch (error) {
    say(error.message);
  }
}

// Examples: tabs by the arrow keys, as everywhere.
const tabs = [...document.querySelectorAll('[role="tab"]')];
function choose(tab) {
  for (const one of tabs) {
    const chosen = one === tab;
    one.setAttribute('aria-selected', chosen);
    one.tabIndex = chosen ? 0 : -1;
    $(one.getAttribute('aria-controls')).hidden = !chosen;
  }
}
for (const [index, tab] of tabs.entries()) {
  tab.addEventListener('click', () => choose(tab));
  tab.addEventListener('keydown', (event) => {
    const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  });
}

// Faults.
const form = $('add');
let known = [];
function showMeaning() {
  const fault = known.find((one) => one.fault === form.fault.value);
  $('meaning').textContent = fault?.meaning ?? '';
  // A form shows one member; the others have their defaults, and JSON can set them all.
  const [member] = Object.entries(fault?.members ?? {});
  $('member').hidden = !member;
  if (member) {
    $('member').firstElementChild.textContent = member[0];
    form.member.value = typeof member[1] === 'string' ? member[1] : JSON.stringify(member[1]);
  }
}
form.fault.addEventListener('change', showMeaning);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  const rule = { fault: form.fault.value };
  if (form.entity.value) rule.entity = form.entity.value;
  if (form.operation.value) rule.operation = form.operation.value;
  if (form.times.value) rule.times = Number(form.times.value);
  const members = known.find((one) => one.fault === rule.fault)?.members ?? {};
  const [name] = Object.keys(members);
  if (name && form.member.value !== '') {
    try {
      rule[name] = JSON.parse(form.member.value);
    } catch {
      rule[name] = form.member.value;
    }
  }
  // What is needed and not shown has its example.
  for (const [other, example] of Object.entries(members)) if (!(other in rule)) rule[other] = example;
  attempt(async () => {
    await call('POST', 'faults', rule);
    await faults();
  });
});

async function faults() {
  const answer = await call('GET', 'faults');
  if (!known.length) {
    known = answer.known;
    form.fault.append(...known.map((one) => new Option(one.fault, one.fault)));
    form.operation.append(...OPERATIONS.map((one) => new Option(one, one)));
    showMeaning();
  }
  const lines = answer.faults.map(({ id, fired, ...rule }) => {
    const line = element('li');
    const off = element('button', 'Switch off');
    off.type = 'button';
    off.addEventListener('click', () => attempt(async () => {
      await call('DELETE', `faults/${id}`);
      await faults();
    }));
    line.append(element('code', JSON.stringify(rule).replaceAll(',"', ', "').replaceAll('":', '": ')), element('span', `struck ${fired} ${fired === 1 ? 'time' : 'times'}`), off);
    return line;
  });
  // A line with the focus stays as it is, or the focus would be lost every two seconds.
  if (!$('active').contains(document.activeElement) || lines.length !== $('active').children.length) {
    $('active').replaceChildren(...(lines.length ? lines : [element('li', 'Nothing is switched on.', 'empty')]));
  }
}

// Settings and clock.
const settings = $('settings');
async function readSettings() {
  const now = await call('GET', 'settings');
  for (const input of settings.elements) {
    if (input === document.activeElement) continue;
    if (input.type === 'checkbox') input.checked = now[input.name];
    else input.value = now[input.name] ?? '';
  }
}
settings.addEventListener('submit', (event) => event.preventDefault());
settings.addEventListener('change', ({ target }) => attempt(async () => {
  const value = target.type === 'checkbox' ? target.checked : target.value === '' ? null : Number(target.value);
  await call('PATCH', 'settings', { [target.name]: target.name === 'otherRequests' ? (value ?? 0) : value });
  await readSettings();
}));
for (const button of document.querySelectorAll('[data-clock]')) {
  button.addEventListener('click', () => attempt(async () => {
    await call('POST', 'clock', JSON.parse(button.dataset.clock));
    await readClock();
  }));
}
async function readClock() {
  $('now').textContent = (await call('GET', 'clock')).now.replace(/\.\d+Z$/, 'Z');
}

// Requests.
$('clear').addEventListener('click', () => attempt(async () => {
  await call('DELETE', 'requests');
  await requests();
}));
/** A URL without its escapes; one that is no UTF-8 stays as it is. */
function readable(url) {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
let shown = -1;
async function requests() {
  const list = (await call('GET', 'requests?limit=50')).requests.reverse();
  const newest = list[0]?.number ?? 0;
  if (newest === shown) return;
  shown = newest;
  const lines = list.map((one) => {
    const line = element('tr');
    const what = element('td');
    what.append(element('code', `${one.method} ${readable(one.url)}`.slice(0, 400)));
    line.append(
      element('td', one.at.slice(11, 19)),
      what,
      element('td', one.status, one.status < 300 ? 'good' : 'bad'),
      element('td', one.milliseconds, 'number'),
      element('td', [one.faults.join(', '), one.refusal].filter(Boolean).join(': '), one.faults.length ? 'odd' : ''),
    );
    return line;
  });
  if (lines.length) $('log').replaceChildren(...lines);
  else {
    const none = element('td', 'None yet. Send one of the examples above.', 'empty');
    none.colSpan = 5;
    const line = element('tr');
    line.append(none);
    $('log').replaceChildren(line);
  }
}

async function figures() {
  const { counts, planted } = await call('GET', 'figures');
  const named = Object.entries(counts);
  $('figures').replaceChildren(...named.filter(([, count]) => count > 0).map(([entity, count]) => {
    const line = element('div');
    line.append(element('dt', entity), element('dd', count.toLocaleString('en-US')));
    return line;
  }));
  if (form.entity.options.length === 1) form.entity.append(...named.map(([entity]) => new Option(entity, entity)));
  const kinds = Object.entries(planted).map(([kind, count]) => `${count} ${kind}`);
  $('planted').textContent = kinds.length ? kinds.join(', ') : 'nothing in a world this small';
}

$('live').addEventListener('click', () => attempt(async () => {
  const { steps } = await call('POST', 'life?steps=10');
  $('lived').textContent = `${steps.map((step) => step.what + (step.refusal ? ' (refused)' : '')).join(', ')}.`;
  await figures();
}));

async function refresh() {
  try {
    await Promise.all([faults(), readSettings(), readClock(), requests()]);
    $('state').textContent = 'Running';
    $('state').dataset.ok = '';
    delete $('state').dataset.bad;
  } catch (error) {
    $('state').textContent = `Does not answer: ${error.message}`;
    $('state').dataset.bad = '';
    delete $('state').dataset.ok;
  }
  setTimeout(refresh, document.hidden ? EVERY * 5 : EVERY);
}
refresh();
attempt(figures);
