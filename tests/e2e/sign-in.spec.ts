// Signing in: nothing is shown before, everything after, and nothing of it stays in the browser.
import { join } from 'node:path';
import { freePort, runCommand, type Server, startProxy, temporaryFolder } from './support/servers';
import { expect, test } from './support/test';

const LOGIN = 'ada@msp.example';
const PASSWORD = 'a long way to Tipperary';

let folder: ReturnType<typeof temporaryFolder>;
let store: { AUTOTASK_CRM_STORE: string };
let server: Server;

test.beforeEach(async ({ house }) => {
  folder = temporaryFolder();
  store = { AUTOTASK_CRM_STORE: join(folder.path, 'people.db') };
  await runCommand(['user', 'add', LOGIN, '--name', 'Ada Byron', '--role', 'editor'], store, `${PASSWORD}\n`);
  server = await startProxy(await freePort(), house.sandboxUrl, '--users', store.AUTOTASK_CRM_STORE);
});

test.afterEach(async () => {
  await server?.stop();
  folder?.remove();
});

test('nothing is shown before, and nothing stays after', async ({ page, checkAxe }) => {
  await page.goto(`${server.url}/companies`);
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByLabel('E-mail')).toBeFocused();
  await expect(page.getByRole('grid')).toHaveCount(0);
  await checkAxe();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('Enter your e-mail address.')).toBeVisible();
  await expect(page.getByText('Enter your password.')).toBeVisible();
  await page.getByLabel('E-mail').fill(LOGIN);
  await page.getByLabel('Password').fill('not the password');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'That is not right.' })).toHaveText(/That is not right\.\s+The login or the password is wrong; try again\.$/);
  await checkAxe();
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('grid', { name: 'Companies' }).getByRole('row').nth(3)).toBeVisible();
  expect(new URL(page.url()).pathname).toBe('/companies');

  // The session is in a cookie that scripts cannot read, so a reload stays in, and a draft is there afterwards.
  await page.goto(`${server.url}/onboarding/new`);
  await page.getByLabel('Company name').fill('Never Seen Again LLC');
  await expect(page.getByText('on the server too')).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Company name')).toHaveValue('Never Seen Again LLC');
  expect(await page.evaluate(() => document.cookie)).toBe('');
  expect(await page.evaluate(() => JSON.stringify(localStorage))).toContain('Never Seen Again');

  await page.getByRole('button', { name: 'Signed in as Ada Byron' }).click();
  await expect(page.getByText(LOGIN)).toBeVisible();
  await checkAxe();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain('Never Seen');
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByText('Never Seen Again')).toHaveCount(0);
});

test('who is kept out while working is asked to sign in, and told no', async ({ page }) => {
  await page.goto(`${server.url}/companies`);
  await page.getByLabel('E-mail').fill(LOGIN);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('grid', { name: 'Companies' }).getByRole('row').nth(3)).toBeVisible();
  await runCommand(['user', 'disable', LOGIN], store);
  // The next thing that is asked for, by the page or by the person, brings the sign-in.
  await page.goto(`${server.url}/hierarchy`);
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.getByLabel('E-mail').fill(LOGIN);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert').getByText('That is not right.')).toBeVisible();
  // Let in again, the page that was asked for comes.
  await runCommand(['user', 'enable', LOGIN], store);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('treegrid', { name: 'Company hierarchy' })).toBeVisible();
});
