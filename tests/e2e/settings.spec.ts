// Settings: who may do what is seen and changed, tokens let other clients in, the connection and the audit say what is.
import type { Page } from '@playwright/test';
import { join } from 'node:path';
import { change } from './support/database';
import { CREDENTIALS, fault, noFaults, query } from './support/sandbox';
import { freePort, runCommand, type Server, startProxy, temporaryFolder } from './support/servers';
import { expect, test } from './support/test';

const PASSWORD = 'a long way to Tipperary';
const PEOPLE = {
  ada: { login: 'ada@msp.example', name: 'Ada Byron', role: 'administrator' },
  ed: { login: 'ed@msp.example', name: 'Ed Ito', role: 'editor' },
  vi: { login: 'vi@msp.example', name: 'Vi Wood', role: 'viewer' },
};

let folder: ReturnType<typeof temporaryFolder>;
let store: string;
let server: Server;

test.beforeEach(async ({ house }) => {
  folder = temporaryFolder();
  store = join(folder.path, 'people.db');
  for (const { login, name, role } of Object.values(PEOPLE)) {
    await runCommand(['user', 'add', login, '--name', name, '--role', role], { AUTOTASK_CRM_STORE: store }, `${PASSWORD}\n`);
  }
  server = await startProxy(await freePort(), house.sandboxUrl, '--users', store);
});

test.afterEach(async ({ house }) => {
  await noFaults(house);
  await server?.stop();
  folder?.remove();
});

async function signIn(page: Page, who: keyof typeof PEOPLE, path: string, password = PASSWORD, login = PEOPLE[who].login): Promise<void> {
  await page.goto(`${server.url}${path}`);
  await page.getByLabel('E-mail').fill(login);
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: `Signed in as` })).toBeVisible();
}

const messages = (page: Page) => page.getByRole('list', { name: 'Messages' });
const companies = (page: Page) => page.getByRole('grid', { name: 'Companies' });
const line = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });

test('a viewer is shown nothing that the server would refuse, and why', async ({ page, checkAxe }) => {
  await signIn(page, 'vi', '/companies');
  await expect(companies(page).getByRole('row').nth(3)).toBeVisible();
  await expect(page.getByText('Read only: your role is viewer')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Onboard client' })).toHaveCount(0);
  await checkAxe();

  await companies(page).getByRole('row').nth(2).getByRole('link').first().click();
  await expect(page.getByRole('heading', { name: 'Classification' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Contacts' })).toBeVisible();
  await expect(page.getByText('Read only: your role is viewer')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Edit/ })).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Onboard subsidiary' })).toHaveCount(0);
  await page.keyboard.press('e');
  await expect(page.getByRole('textbox')).toHaveCount(0);

  for (const path of ['/onboarding', '/onboarding/new', '/onboarding/new/company']) {
    await page.goto(`${server.url}${path}`);
    await expect(page.getByText('Clients are onboarded by editors and administrators')).toBeVisible();
    await expect(page.getByText('Your role is viewer. An administrator of this server says who may do what.')).toBeVisible();
  }
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByText('Administrators check the connection.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Calls of the last hour' })).toBeVisible();
  await page.getByRole('link', { name: 'People' }).click();
  await expect(page.getByText('Administrators look after people')).toBeVisible();
  await page.getByRole('link', { name: 'Audit' }).click();
  await expect(page.getByText('The audit is for editors and administrators')).toBeVisible();
  await checkAxe();
  await page.getByRole('link', { name: 'Access tokens' }).click();
  await expect(page.getByText('You have no access tokens')).toBeVisible();
});

test('an editor is shown what a viewer is not', async ({ page }) => {
  await signIn(page, 'ed', '/companies');
  await expect(companies(page).getByRole('row').nth(3)).toBeVisible();
  await expect(page.getByRole('link', { name: 'Onboard client' })).toBeVisible();
  await expect(page.getByText('Read only')).toHaveCount(0);
  await companies(page).getByRole('row').nth(2).getByRole('link').first().click();
  await expect(page.getByRole('link', { name: 'Onboard subsidiary' })).toBeVisible();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await expect(page.getByRole('textbox', { name: 'Company name' })).toBeFocused();
});

test('a token is made, copied, lets another client in, and is taken back', async ({ page, context, checkAxe }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
  await signIn(page, 'ed', '/settings/tokens');
  await expect(page.getByText('You have no access tokens')).toBeVisible();
  await page.getByRole('button', { name: 'New token' }).click();
  const form = page.getByRole('form', { name: 'New token' });
  await expect(form.getByLabel('What it is for')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(form.getByText('Enter what it is for, so that you know it again.')).toBeVisible();
  await expect(form.getByLabel('Role').getByRole('option')).toHaveText(['Viewer', 'Editor']);
  await form.getByLabel('Role').selectOption('Viewer');
  await form.getByLabel('What it is for').fill('Nightly backup');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Nightly backup is made.' })).toBeFocused();
  await checkAxe();
  await page.getByRole('button', { name: 'Copy the token', exact: true }).click();
  await expect(messages(page)).toContainText('Copied the token');
  const token = await page.evaluate(() => navigator.clipboard.readText());
  expect(token).toMatch(/^atcrm_[\w-]{43}$/);
  expect(await page.getByText(/^curl /).textContent()).toContain(`'Secret: ${token}'`);

  const ask = (method: string, path: string, body?: object) => {
    const headers = { UserName: PEOPLE.ed.login, Secret: token, ApiIntegrationCode: 'anything', 'Content-Type': 'application/json' };
    return fetch(`${server.url}/ATServicesRest/V1.0${path}`, { method, headers, body: body && JSON.stringify(body) });
  };
  expect((await ask('GET', '/Companies/0')).status).toBe(200);
  expect((await ask('PATCH', '/Companies', { id: 0, phone: '1' })).status, 'a token of a viewer').toBe(403);

  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('button', { name: 'New token' })).toBeFocused();
  await page.reload();
  await expect(line(page, 'Nightly backup')).toContainText(/Viewer\s*Made just now, used just now, ends \d{4}-/);
  expect(await page.content(), 'shown once').not.toContain(token);
  await page.getByRole('button', { name: 'Take back Nightly backup' }).click();
  const dialog = page.getByRole('dialog', { name: 'Take this token back?' });
  await expect(dialog.getByRole('button', { name: 'Keep it' })).toBeFocused();
  await checkAxe();
  await dialog.getByRole('button', { name: 'Take back' }).click();
  await expect(page.getByText('You have no access tokens')).toBeVisible();
  expect((await ask('GET', '/Companies/0')).status).toBe(401);
});

test('an administrator changes a role, with the password once more, and takes it back', async ({ page, house, checkAxe }) => {
  await signIn(page, 'ada', '/settings/people');
  await expect(page.getByRole('heading', { name: 'People' })).toBeVisible();
  // As if six minutes had passed: the server forgets that the password was given.
  await server.stop();
  await change(store, 'update sessions set confirmed_at = 0');
  server = await startProxy(Number(new URL(server.url).port), house.sandboxUrl, '--users', store);
  await page.reload();

  const role = page.getByLabel('Role of Ed Ito');
  await expect(role).toHaveValue('editor');
  await expect(page.getByLabel('Role of Ada Byron'), 'nobody changes their own').toHaveCount(0);
  await checkAxe();
  const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' });
  await role.selectOption('Viewer');
  await expect(dialog.getByLabel('Your password')).toBeFocused();
  await checkAxe();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(role, 'nothing was changed').toHaveValue('editor');

  await role.selectOption('Viewer');
  await dialog.getByLabel('Your password').fill('not the password');
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('That is not your password.')).toBeVisible();
  await dialog.getByLabel('Your password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await expect(dialog).toBeHidden();
  await expect(messages(page)).toContainText('Ed Ito is a viewer now.');
  const listed = () => runCommand(['user', 'list'], { AUTOTASK_CRM_STORE: store });
  expect(await listed()).toMatch(/ed@msp\.example\s+viewer/);
  // It counts for five minutes: nobody is asked again.
  await messages(page).getByRole('button', { name: 'Undo' }).click();
  await expect(messages(page)).toContainText('Ed Ito is an editor now.');
  await expect(role).toHaveValue('editor');
  expect(await listed()).toMatch(/ed@msp\.example\s+editor/);
});

test('somebody is added, kept out and let in again, at once', async ({ page, browser, checkAxe }) => {
  await signIn(page, 'ada', '/settings/people');
  await page.getByRole('button', { name: 'Add a person' }).click();
  const form = page.getByRole('form', { name: 'Add a person' });
  await expect(form.getByLabel('Name')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(form.getByText('Enter the name that is shown.')).toBeVisible();
  await form.getByLabel('Name').fill('Eve Lund');
  await form.getByLabel('E-mail').fill(PEOPLE.ed.login);
  await form.getByRole('radio', { name: 'Editor' }).click();
  await checkAxe();
  await form.getByRole('button', { name: 'Add this person' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'There is a user of this e-mail address already.' })).toBeVisible();
  await form.getByLabel('E-mail').fill('eve@msp.example');
  await form.getByRole('button', { name: 'Add this person' }).click();
  await expect(page.getByRole('heading', { name: 'Eve Lund was added.' })).toBeFocused();
  const password = (await page.locator('[data-secret=password]').textContent()) ?? '';
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByLabel('Role of Eve Lund')).toHaveValue('editor');

  const other = await browser.newContext();
  const hers = await other.newPage();
  await signIn(hers, 'ed', '/companies', password, 'eve@msp.example');
  await page.getByRole('button', { name: 'Keep out Eve Lund' }).click();
  await expect(messages(page)).toContainText('Eve Lund is kept out, and signed out everywhere.');
  await expect(line(page, 'eve@msp.example')).toContainText('Kept out');
  await hers.reload();
  await expect(hers.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.getByRole('button', { name: 'Let in Eve Lund' }).click();
  await expect(messages(page)).toContainText('Eve Lund may sign in again.');
  await signIn(hers, 'ed', '/companies', password, 'eve@msp.example');
  await page.getByRole('button', { name: 'Sign out everywhere Eve Lund' }).click();
  await expect(messages(page)).toContainText('Eve Lund is signed out everywhere, and may sign in again.');
  await hers.reload();
  await expect(hers.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await other.close();
});

test('a wrong credential is told in words, and so is that it was mended; the hour says what is left', async ({ page, house, checkAxe }) => {
  await signIn(page, 'ada', '/settings');
  const check = page.getByRole('region', { name: 'Connection check' });
  await expect(check.getByRole('status')).toHaveText(/^(1 to look at, )?\d passed$/);
  await expect(line(page, 'Credentials')).toContainText('Autotask takes them.');
  const hour = page.getByRole('region', { name: 'Calls of the last hour' });
  await expect(hour).toContainText(/\d+ of 10,000 in the rolling hour, shared by all integrations/);
  await expect(hour.getByText(/^About 340 calls, [\d,]+ left this hour, .+\.$/)).toBeVisible();
  await hour.getByLabel('What would so many calls cost?').fill('some');
  await expect(hour.getByText('Enter a whole number of calls, up to 1,000,000.')).toBeVisible();
  await hour.getByLabel('What would so many calls cost?').fill('20,000');
  await expect(hour.getByText(/^About 20,000 calls, .+ hours\.$/)).toBeVisible();
  await checkAxe();

  // Somebody types a wrong secret elsewhere: Autotask locks the user.
  await fault(house, { fault: 'lockAfter', logins: 1, times: null });
  const wrong = { ...CREDENTIALS, Secret: 'wrong' };
  await fetch(`${house.sandboxUrl}/ATServicesRest/V1.0/Companies/0`, { headers: wrong });
  await check.getByRole('button', { name: 'Check again' }).click();
  await expect(check.getByRole('status')).toContainText('1 failed');
  await expect(line(page, 'Credentials')).toContainText('Autotask refused the credentials of this server.');
  await expect(line(page, 'Credentials')).toContainText('Failed');
  await expect(line(page, 'Rights')).toContainText('Not checked');
  await checkAxe();
  await noFaults(house);
  await check.getByRole('button', { name: 'Check again' }).click();
  await expect(line(page, 'Credentials')).toContainText('Passed');
});

test('an edit is in the audit, with what it was', async ({ page, house, checkAxe }) => {
  const filter = [{ op: 'exist', field: 'phone' }, { op: 'eq', field: 'isActive', value: true }, { op: 'gt', field: 'id', value: 900 }];
  const [row] = await query(house, 'Companies', filter);
  await signIn(page, 'ed', '/settings/audit');
  await expect(page.getByText('Nothing was written through this server yet')).toBeVisible();
  await page.goto(`${server.url}/companies/${row.id}`);
  await expect(page.getByRole('heading', { name: 'Classification' })).toBeVisible();
  await page.keyboard.press('e');
  await page.getByRole('textbox', { name: 'Phone' }).fill('555-0177');
  await page.keyboard.press('Enter');
  await expect(messages(page)).toContainText('Saved: ');

  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Audit' }).click();
  const write = line(page, `changed Companies ${row.id}`);
  await expect(write).toContainText('Ed Ito <ed@msp.example>');
  await expect(write).toContainText(`from ${String(row.phone).trim()} to 555-0177`);
  await expect(write.locator('time')).toHaveText(/^\d{4}-\d\d-\d\d \d\d:\d\d$/);
  await checkAxe();
  await page.getByLabel('Entity').selectOption('Contacts');
  await expect(page.getByText('No write is of this entity and row')).toBeVisible();
  expect(new URL(page.url()).search).toBe('?entity=Contacts');
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.getByLabel('Number of the row').fill(String(row.id));
  await page.keyboard.press('Enter');
  await expect(write).toBeVisible();
  await expect.poll(() => new URL(page.url()).search).toBe(`?id=${row.id}`);
  await page.getByLabel('Number of the row').fill('1.5');
  await expect(page.getByText('Numbers of rows are whole numbers.')).toBeVisible();
});

test('nothing is cut off where there is little room', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await signIn(page, 'ada', '/settings');
  for (const [name, seen] of [['Connection', 'Credentials'], ['People', 'ed@msp.example'], ['Access tokens', 'You have no'], ['Audit', 'Nothing was written']]) {
    await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name }).click();
    await expect(page.getByText(seen).first()).toBeVisible();
    const wide = await page.evaluate(() => {
      const main = document.querySelector('.settings > .body') as HTMLElement;
      return [main.scrollWidth - main.clientWidth, document.documentElement.scrollWidth - innerWidth];
    });
    expect(wide, name).toEqual([0, 0]);
  }
});
