// Text that wants to be a script: whoever can write into the CRM can write such names. It is shown as the text it is, on every
// screen, and no link leads where only the text says.
import { join } from 'node:path';
import { COMPANY, CONTACT, expectHarmless, row, SITE, STRINGS, WAYS } from './support/hostile';
import { call } from './support/sandbox';
import { freePort, type Server, startProxy, startSandbox, temporaryFolder } from './support/servers';
import { expect, test } from './support/test';

let folder: ReturnType<typeof temporaryFolder>;
let sandbox: Server;
let proxy: Server;
const ids: number[] = [];

test.beforeAll(async () => {
  test.setTimeout(240_000);
  folder = temporaryFolder();
  sandbox = await startSandbox(await freePort(), join(folder.path, 'sandbox.db'), { companies: 1, seed: 7 });
  proxy = await startProxy(await freePort(), sandbox.url);
  const house = { sandboxUrl: sandbox.url };
  const make = async (path: string, body: object) => Number((await call(house, 'POST', path, body)).itemId);
  for (const first of STRINGS.keys()) {
    const company = await make('/Companies', { ...row(COMPANY, first), companyType: 1, ownerResourceID: 29682885, ...(ids.length > 0 && { parentCompanyID: ids[0] }) });
    ids.push(company);
    await make(`/Companies/${company}/Contacts`, { ...row(CONTACT, first + 3), companyID: company, isActive: 1 });
    await make(`/Companies/${company}/Locations`, { ...row(SITE, first + 5), companyID: company, isActive: true });
  }
});

test.afterAll(async () => {
  await proxy?.stop();
  await sandbox?.stop();
  folder?.remove();
});

test('a list, its search and its filter show it as text', async ({ page }) => {
  await page.goto(`${proxy.url}/companies`);
  const grid = page.getByRole('grid', { name: 'Companies' });
  await expect(page.locator('.resultbar strong')).toHaveText(/^1\d\d companies$/);
  await expect(grid.getByText(STRINGS[0], { exact: true }).first()).toBeVisible();
  await grid.getByRole('rowheader').first().focus();
  await page.keyboard.press('Control+Home');
  for (let step = 0; step < 12; step += 1) {
    await expectHarmless(page);
    await page.keyboard.press('PageDown');
  }
  const search = page.getByRole('searchbox', { name: 'Search these companies' });
  for (const text of [WAYS[0], WAYS[1], WAYS[10]]) {
    await search.fill(text);
    await expect(grid.locator('mark').first()).toBeVisible();
    await expectHarmless(page);
  }
});

test('companies with it in every field show it as text', async ({ page }) => {
  test.setTimeout(240_000);
  // Ten fields a row and one string further in each row: every tenth row has every string once.
  for (const [index, id] of ids.entries()) {
    if (index % 10 > 0) continue;
    await page.goto(`${proxy.url}/companies/${id}`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(row(COMPANY, index).companyName.trim().replace(/\s+/g, ' '));
    await expect(page.getByText(row(CONTACT, index + 3).lastName.trim().replace(/\s+/g, ' ')).first()).toBeVisible();
    await expectHarmless(page);
  }
});

test('the other pages show it as text', async ({ page }) => {
  test.setTimeout(240_000);
  for (const path of ['/hierarchy', '/quality', '/onboarding', '/changes']) {
    await page.goto(proxy.url + path);
    await page.waitForLoadState('networkidle');
    await expectHarmless(page);
  }
  await page.goto(`${proxy.url}/quality`);
  const rules = page.locator('a[href^="/quality/"]');
  await expect(rules.first()).toBeVisible();
  const addresses = await rules.evaluateAll((all) => [...new Set(all.map((a) => (a as HTMLAnchorElement).href))]);
  for (const address of addresses) {
    await page.goto(address);
    await page.waitForLoadState('networkidle');
    await expectHarmless(page);
  }
  // A client who is called so is looked for among those who are there.
  await page.goto(`${proxy.url}/onboarding/new`);
  await page.getByLabel('Company name').fill(STRINGS[1]);
  await page.waitForLoadState('networkidle');
  await expectHarmless(page);
});

test('addresses with it in them show it as text', async ({ page }) => {
  test.setTimeout(240_000);
  for (const text of WAYS) {
    const written = encodeURIComponent(text);
    for (const path of [`/companies/${written}`, `/companies?q=${written}`, `/companies?filter=${written}`, `/quality/${written}`, `/${written}`]) {
      const answer = await page.goto(proxy.url + path);
      // What has a dot in it is a file to the server, and there is none: it says so in JSON.
      if (answer?.status() === 404) expect(answer.headers()['content-type']).toBe('application/json; charset=utf-8');
      else await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible();
      await expectHarmless(page);
    }
  }
});
