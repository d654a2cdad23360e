// Text that wants to be a script, on the pages of the settings: names of people and of tokens, what was written and by whom, and
// what an Autotask says that is none.
import type { Page } from '@playwright/test';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { change } from './support/database';
import { COMPANY, CONTACT, expectHarmless, row, STRINGS, WAYS } from './support/hostile';
import { query } from './support/sandbox';
import { freePort, runCommand, type Server, startProxy, startSandbox, temporaryFolder } from './support/servers';
import { expect, test } from './support/test';

const LOGIN = 'ada@msp.example';
const PASSWORD = 'a long way to Tipperary';
/** Who writes and looks. */
const NAME = STRINGS[1];

let folder: ReturnType<typeof temporaryFolder>;
let sandbox: Server;
let proxy: Server;

/** As a browser shows it: a run of blanks is one. */
const shown = (text: string) => text.trim().replace(/\s+/g, ' ');
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  folder = temporaryFolder();
  const store = join(folder.path, 'people.db');
  await runCommand(['user', 'add', LOGIN, '--name', NAME, '--role', 'administrator'], { AUTOTASK_CRM_STORE: store }, `${PASSWORD}\n`);
  // An identity provider may name people as it likes: these have not been through any check.
  const people = STRINGS.map((text, index) => `(${quoted(text)}, ${quoted(`${index} ${text}`)}, 'viewer', ${index % 2 ? "'x'" : 'null'}, 1)`);
  await change(store, `insert into users (name, login, role, password, created_at) values ${people.join(',')}`);
  const tokens = STRINGS.map((text) => `(1, ${quoted(text)}, 'viewer', randomblob(32), 1, 9e12)`);
  await change(store, `insert into tokens (user, name, role, hash, created_at, expires_at) values ${tokens.join(',')}`);
  sandbox = await startSandbox(await freePort(), join(folder.path, 'sandbox.db'), { companies: 20, seed: 7 });
  proxy = await startProxy(await freePort(), sandbox.url, '--users', store, '--no-limits');
  await write();
});

test.afterAll(async () => {
  await proxy?.stop();
  await sandbox?.stop();
  folder?.remove();
});

/** Writes every string into a company and a contact, through the server. */
async function write(): Promise<void> {
  const headers = { 'X-Requested-With': 'autotask-crm', 'Content-Type': 'application/json' };
  const signed = await fetch(`${proxy.url}/api/session`, { method: 'POST', headers, body: JSON.stringify({ login: LOGIN, password: PASSWORD }) });
  const cookie = (signed.headers.get('set-cookie') ?? '').split(';')[0];
  const send = async (path: string, body: object) => {
    const answer = await fetch(`${proxy.url}/ATServicesRest/V1.0${path}`, { method: 'PATCH', headers: { ...headers, cookie }, body: JSON.stringify(body) });
    expect(answer.status, await answer.text()).toBe(200);
  };
  const [contact] = await query({ sandboxUrl: sandbox.url }, 'Contacts', [{ op: 'eq', field: 'isActive', value: true }]);
  for (const first of STRINGS.keys()) {
    if (first % 5 > 0) continue;
    await send('/Companies', { id: 0, ...row(COMPANY, first) });
    await send(`/Companies/${contact.companyID}/Contacts`, { id: contact.id, ...row(CONTACT, first) });
  }
}

async function signIn(page: Page, path: string, url = proxy.url): Promise<void> {
  await page.goto(`${url}${path}`);
  await page.getByLabel('E-mail').fill(LOGIN);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Signed in as' })).toBeVisible();
}

test('people with such names are names', async ({ page }) => {
  await signIn(page, '/settings/people');
  const lines = page.locator('.setlist > li');
  await expect(lines).toHaveCount(STRINGS.length + 1);
  const names = await lines.locator('strong').allTextContents();
  expect(names.map(shown).sort()).toEqual([NAME, ...STRINGS].map(shown).sort());
  await expectHarmless(page);

  // Each of the messages says the name.
  const messages = page.getByRole('list', { name: 'Messages' });
  for (const index of [0, 60, 120]) {
    await lines.nth(index).getByRole('combobox').selectOption('Editor');
    await expect(messages).toContainText(`${shown(names[index])} is an editor now.`);
    await expectHarmless(page);
  }
  await page.getByRole('button', { name: 'Add a person' }).click();
  const form = page.getByRole('form', { name: 'Add a person' });
  await form.getByLabel('Name').fill(NAME);
  await form.getByLabel('E-mail').fill('<svg/onload=ran=1>@msp.example');
  await form.getByRole('button', { name: 'Add this person' }).click();
  await expect(page.getByRole('heading', { name: `${NAME} was added.` })).toBeVisible();
  await expectHarmless(page);
});

test('tokens with such names are names', async ({ page }) => {
  await signIn(page, '/settings/tokens');
  const lines = page.locator('.setlist > li');
  await expect(lines).toHaveCount(STRINGS.length);
  const names = await lines.locator('strong').allTextContents();
  expect(names.map(shown).sort()).toEqual(STRINGS.map(shown).sort());
  await expectHarmless(page);
  const dialog = page.getByRole('dialog', { name: 'Take this token back?' });
  const messages = page.getByRole('list', { name: 'Messages' });
  for (const name of names.slice(0, 3)) {
    await lines.first().getByRole('button', { name: 'Take back' }).click();
    await expect(dialog).toContainText(shown(name));
    await expectHarmless(page);
    await dialog.getByRole('button', { name: 'Take back' }).click();
    await expect(messages).toContainText(`${shown(name)} was taken back.`);
    await expectHarmless(page);
  }
});

test('the audit shows who wrote what as text', async ({ page }) => {
  test.setTimeout(240_000);
  await signIn(page, '/settings/audit');
  const lines = page.locator('.setlist.audit > li');
  const more = page.getByRole('button', { name: 'Show older ones' });
  await expect(lines).toHaveCount(50);
  await more.click();
  await expect(lines).toHaveCount(72);
  await expect(more).toHaveCount(0);
  expect(new Set(await lines.locator('strong').first().allTextContents())).toEqual(new Set([`${NAME} <${LOGIN}>`]));
  await expect(lines.first().locator('.diffs').first()).toBeVisible();
  for (const fold of await lines.locator('summary').all()) await fold.click();
  await expectHarmless(page);
  const text = shown((await page.locator('.setlist.audit').textContent()) ?? '');
  const missing = STRINGS.filter((string) => string.length <= 50 && !text.includes(shown(string)));
  expect(missing).toEqual([]);
  for (const way of WAYS) {
    const written = encodeURIComponent(way);
    await page.goto(`${proxy.url}/settings/audit?entity=${written}&id=${written}`);
    await expect(page.getByRole('heading', { name: 'Written to Autotask' })).toBeVisible();
    await expectHarmless(page);
    const answer = await page.goto(`${proxy.url}/settings/${written}`);
    if (answer?.status() !== 404) await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible();
    await expectHarmless(page);
  }
});

test('what an Autotask says that is none is text in the connection check and the failures', async ({ page }) => {
  let status = 500;
  const errors = STRINGS.join(' ');
  const stub: HttpServer = createServer((_, answer) => {
    answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: [errors], Message: errors }));
  });
  await new Promise<void>((done) => stub.listen(0, '127.0.0.1', done));
  const before = await startProxy(await freePort(), `http://127.0.0.1:${(stub.address() as AddressInfo).port}`);
  try {
    for (status of [500, 404, 429, 200]) {
      await page.goto(`${before.url}/settings`);
      const check = page.getByRole('region', { name: 'Connection check' });
      await expect(check.getByRole('status')).toContainText('failed');
      await expectHarmless(page);
      await page.goto(`${before.url}/companies`);
      await expect(page.getByRole('alert').first()).toBeVisible();
      await expectHarmless(page);
    }
    // Whatever the server may come to say in a line.
    const checks = STRINGS.map((text) => ({ id: text, title: text, health: 'failed', detail: text, advice: text }));
    await page.route('**/api/doctor', (route) => route.fulfill({ json: { ok: false, checks } }));
    await page.goto(`${before.url}/settings`);
    await expect(page.locator('.doctor > li')).toHaveCount(STRINGS.length);
    expect((await page.locator('.doctor > li > b').allTextContents()).map(shown)).toEqual(STRINGS.map(shown));
    await expectHarmless(page);
  } finally {
    await before.stop();
    stub.close();
  }
});
