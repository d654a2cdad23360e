// Onboarding a client in one sitting: what the wizard is told is exactly what the sandbox then holds, and a client
// who is there already is not made a second time.
import type { Page } from '@playwright/test';
import { sql } from './support/database';
import { fault } from './support/sandbox';
import { expect, test, type House } from './support/test';

const next = (page: Page, step: string) => page.getByRole('button', { name: `Next: ${step}` }).click();

/** From the contacts on, for a client without a contract. */
async function toReview(page: Page): Promise<void> {
  await next(page, 'Contract');
  await expect(page.getByText('No contract yet')).toBeVisible();
  await next(page, 'Billing');
  await next(page, 'Review');
}

/** Chooses in a combobox by typing. */
async function choose(page: Page, label: string, text: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).fill(text);
  await page.getByRole('listbox').getByRole('option').filter({ hasText: text }).first().click();
}

async function fillCompany(page: Page, name: string): Promise<void> {
  await page.goto('/onboarding/new');
  await expect(page.getByRole('heading', { level: 1, name: 'Company' })).toBeVisible();
  await page.getByLabel('Company name').fill(name);
  await page.getByLabel('Phone', { exact: true }).fill('+1 217 555 0100');
  await page.getByLabel('Street').fill('100 Main Street');
  await page.getByLabel('City').fill('Springfield');
  await page.getByLabel('State').fill('IL');
  await page.getByLabel('Postal code').fill('62701');
  // The first owner there is.
  await page.getByRole('combobox', { name: 'Owner' }).click();
  await page.getByRole('listbox').getByRole('option').first().click();
}

test('a client with a second site, found by search and in the hierarchy', async ({ page, house, checkAxe }) => {
  const name = 'Zebra Crossing Dental LLC';
  const writes: string[] = [];
  page.on('request', (request) => {
    const [, path] = new URL(request.url()).pathname.split('/ATServicesRest/V1.0');
    if (path && ['POST', 'PATCH', 'PUT'].includes(request.method()) && !path.includes('/query')) {
      writes.push(`${request.method()} ${path.replace(/\d+/g, '{id}')}`);
    }
  });
  // A company of the world becomes the parent.
  await house.stopSandbox();
  const [parent] = await sql(
    house.database,
    "select id, companyName as name from Companies where parentCompanyID is null and isActive = 1 and companyName glob 'Alpine [A-Z]*' and id > 0 order by id limit 1",
  );
  await house.startSandbox();

  await fillCompany(page, name);
  await choose(page, 'Parent company', String(parent.name));
  await checkAxe();
  await next(page, 'Sites');

  await expect(page.getByRole('heading', { level: 1, name: 'Sites' })).toBeVisible();
  await page.getByRole('region', { name: 'Site 1' }).getByLabel('Site name').fill('Main office');
  await page.getByRole('button', { name: 'Add site' }).click();
  const second = page.getByRole('region', { name: 'Site 2' });
  await second.getByLabel('Site name').fill('Riverside clinic');
  await second.getByLabel('City').fill('Colorado Springs');
  await checkAxe();
  await next(page, 'Contacts');

  await expect(page.getByRole('heading', { level: 1, name: 'Contacts' })).toBeVisible();
  const first = page.getByRole('region', { name: 'Contact 1' });
  await first.getByLabel('First name').fill('Zoe');
  await first.getByLabel('Last name').fill('Zimmer');
  await first.getByLabel('E-mail').fill('zoe@zebra-crossing.example.com');
  await page.getByRole('button', { name: 'Add contact' }).click();
  const other = page.getByRole('region', { name: 'Contact 2' });
  await other.getByLabel('First name').fill('Zack');
  await other.getByLabel('Last name').fill('Zane');
  await other.getByLabel('E-mail').fill('zack@zebra-crossing.example.com');
  await checkAxe();
  await toReview(page);

  await expect(page.getByRole('heading', { level: 1, name: 'Review' })).toBeVisible();
  await page.getByRole('checkbox', { name: /cannot be deleted/ }).check();
  await checkAxe();
  await page.getByRole('button', { name: /^Create in Autotask/ }).click();
  const open = page.getByRole('link', { name: 'Open the company' });
  await expect(open).toBeVisible({ timeout: 60_000 });
  await checkAxe();
  // What does not need each other goes side by side.
  expect([...writes].sort()).toEqual([
    'PATCH /Companies',
    'PATCH /Companies/{id}/Locations',
    'POST /Companies',
    'POST /Companies/{id}/Contacts',
    'POST /Companies/{id}/Contacts',
    'POST /Companies/{id}/Locations',
  ]);
  const at = (write: string) => writes.indexOf(write);
  expect(at('POST /Companies')).toBe(0);
  expect(at('PATCH /Companies/{id}/Locations')).toBeLessThan(at('POST /Companies/{id}/Locations'));
  expect(at('POST /Companies/{id}/Locations')).toBeLessThan(at('PATCH /Companies'));
  await open.click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await expect(page.getByText('Riverside clinic')).toBeVisible();
  await expect(page.getByText('Zoe Zimmer')).toBeVisible();
  await checkAxe();

  // Found by search.
  await page.goto(`/companies?f=${encodeURIComponent('companyName beginsWith "zebra crossing"')}`);
  await expect(page.getByText('1 company', { exact: true })).toBeVisible();
  await expect(page.getByRole('grid', { name: 'Companies' }).getByRole('link', { name })).toBeVisible();
  // Found in the hierarchy, below its parent.
  await page.goto('/hierarchy');
  await page.getByRole('searchbox', { name: 'Find in tree' }).fill(name);
  const row = page.getByRole('treegrid').getByRole('row').filter({ hasText: name });
  await expect(row).toHaveAttribute('aria-level', '2');
  await expect(page.getByRole('treegrid').getByRole('link', { name: String(parent.name), exact: true })).toBeVisible();

  // What the sandbox holds.
  await house.stopSandbox();
  const companies = await sql(house.database, `select id, parentCompanyID from Companies where companyName = '${name}'`);
  expect(companies).toHaveLength(1);
  expect(companies[0].parentCompanyID).toBe(parent.id);
  const id = Number(companies[0].id);
  const sites = await sql(house.database, `select name, isPrimary, city from CompanyLocations where companyID = ${id} order by id`);
  expect(sites).toEqual([
    { name: 'Main office', isPrimary: 1, city: 'Springfield' },
    { name: 'Riverside clinic', isPrimary: 0, city: 'Colorado Springs' },
  ]);
  const contacts = await sql(house.database, `select firstName, primaryContact, isActive from Contacts where companyID = ${id} order by id`);
  expect(contacts).toEqual([
    { firstName: 'Zoe', primaryContact: 1, isActive: 1 },
    { firstName: 'Zack', primaryContact: 0, isActive: 1 },
  ]);
  await house.startSandbox();
});

test('a client who is there already is refused until somebody decides', async ({ page, house, checkAxe }) => {
  await house.stopSandbox();
  const [known] = await sql(
    house.database,
    "select id, companyName as name from Companies where companyName glob '[A-Z]* LLC' and isActive = 1 and length(companyName) > 18 order by id limit 1",
  );
  const [{ count: before }] = await sql(house.database, 'select count(*) as count from Companies');
  await house.startSandbox();
  // The same name as a person would type it: other case, other legal form.
  const name = String(known.name).replace(/ LLC$/, ', Inc.').toUpperCase();

  await fillCompany(page, name);
  await page.getByLabel('Phone', { exact: true }).focus();
  const rail = page.getByRole('complementary', { name: 'Possible duplicates' });
  await expect(rail.getByRole('link', { name: String(known.name) }).first()).toBeVisible();
  await expect(rail.getByRole('list', { name: 'Why' }).first()).toContainText(`same name but for the legal form (${known.name} / ${name})`);
  await checkAxe();
  await next(page, 'Sites');
  const summary = page.getByRole('alert').filter({ hasText: /needs your attention/ });
  await expect(summary.getByRole('link', { name: `Decide on “${known.name}”: it has the same name` })).toBeVisible();
  await expect(page.getByRole('heading', { level: 1, name: 'Company' })).toBeVisible();
  await checkAxe();
  await rail.getByRole('button', { name: 'Use it instead' }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: String(known.name) })).toBeVisible();

  await house.stopSandbox();
  const [{ count: after }] = await sql(house.database, 'select count(*) as count from Companies');
  expect(after).toBe(before);
  await house.startSandbox();
});

test('a client under a misspelt name is known by phone and web, and the box says why', async ({ page, house, checkAxe }) => {
  await house.stopSandbox();
  const [known] = await sql(
    house.database,
    "select id, companyName as name, phone, webAddress as web from Companies where isActive = 1 and id > 0 and phone <> '' and webAddress <> '' and length(companyName) > 18 and parentCompanyID is null order by id limit 1",
  );
  await house.startSandbox();
  // Two letters of its first word have changed places.
  const name = String(known.name).replace(/([a-z])([a-z])(?=[a-z]{3})/, '$2$1');
  expect(name).not.toBe(known.name);
  await fillCompany(page, name);
  await page.getByLabel('Phone', { exact: true }).fill(String(known.phone).replace(/\D/g, ' '));
  await page.getByLabel('Web').fill(`https://${String(known.web).replace(/^https?:\/\//, '')}`);
  await page.getByLabel('Company name').focus();
  const rail = page.getByRole('complementary', { name: 'Possible duplicates' });
  const box = rail.getByRole('listitem').filter({ has: page.getByRole('link', { name: String(known.name) }) });
  const why = box.getByRole('list', { name: 'Why' }).getByRole('listitem');
  await expect(why.filter({ hasText: `similar name (${known.name} / ${name})` })).toBeVisible();
  await expect(why.filter({ hasText: 'same phone number' })).toBeVisible();
  await expect(why.filter({ hasText: 'same web domain' })).toBeVisible();
  await expect(why.filter({ hasText: 'but another city' })).toBeVisible();
  await checkAxe();
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)).toBe(false);
  }
  await next(page, 'Sites');
  const summary = page.getByRole('alert').filter({ hasText: /needs? your attention/ });
  await expect(summary.getByRole('link', { name: `Decide on “${known.name}”: it may be the same company` })).toBeVisible();
  await box.getByRole('button', { name: 'Not the same' }).click();
  await next(page, 'Sites');
  await expect(page.getByRole('heading', { level: 1, name: 'Sites' })).toBeVisible();
});

test('what is missing or wrong is said beside its field and on top', async ({ page, checkAxe }) => {
  await page.goto('/onboarding/new');
  await expect(page.getByRole('heading', { level: 1, name: 'Company' })).toBeVisible();
  await page.getByLabel('Web').fill('not a web address');
  await next(page, 'Sites');
  const summary = page.getByRole('alert').filter({ hasText: /needs? your attention/ });
  await expect(summary).toBeVisible();
  await expect(summary.getByRole('link', { name: /CompanyName is required/ })).toBeVisible();
  await expect(summary.getByRole('link', { name: /Invalid webAddress/ })).toBeVisible();
  await summary.getByRole('link', { name: /CompanyName is required/ }).click();
  await expect(page.getByLabel('Company name')).toBeFocused();
  await expect(page.getByLabel('Company name')).toHaveAttribute('aria-invalid', 'true');
  await checkAxe();
});

/** Enters a client with one site and one contact, up to the button that creates it. */
async function fillAll(page: Page, name: string, contact: string): Promise<void> {
  await fillCompany(page, name);
  await next(page, 'Sites');
  await page.getByRole('region', { name: 'Site 1' }).getByLabel('Site name').fill('Lab');
  await next(page, 'Contacts');
  const region = page.getByRole('region', { name: 'Contact 1' });
  await region.getByLabel('First name').fill(contact);
  await region.getByLabel('Last name').fill('Quill');
  await region.getByLabel('E-mail').fill(`${contact.toLowerCase()}@${name.split(' ')[0].toLowerCase()}.example.com`);
  await toReview(page);
  await page.getByRole('checkbox', { name: /cannot be deleted/ }).check();
}

/** Exactly one company of this name, with exactly this site and this contact. */
async function expectOneOfEach(house: House, name: string, contact: string): Promise<void> {
  await house.stopSandbox();
  const companies = await sql(house.database, `select id from Companies where companyName = '${name}'`);
  expect(companies).toHaveLength(1);
  const below = (table: string, column: string) => sql(house.database, `select ${column} as name from ${table} where companyID = ${companies[0].id}`);
  expect(await below('CompanyLocations', 'name')).toEqual([{ name: 'Lab' }]);
  expect(await below('Contacts', 'firstName')).toEqual([{ name: contact }]);
  await house.startSandbox();
}

test('an answer that is lost is looked for, a refusal is mended and tried again', async ({ page, house, checkAxe }) => {
  const name = 'Quokka Robotics Inc';
  await fillAll(page, name, 'Quentin');
  await fault(house, { fault: 'commitThenCut', entity: 'Companies', operation: 'create' });
  await fault(house, { fault: 'silentlyIgnore', entity: 'CompanyLocations', operation: 'update' });
  await fault(house, { fault: 'failWithoutCommit', entity: 'Contacts', operation: 'create' });
  await page.getByRole('button', { name: /^Create in Autotask/ }).click();
  // The company is found again without anybody's help; what Autotask left as it was is said.
  await expect(page.getByText('Autotask took the change and left Site name as it was.')).toBeVisible({ timeout: 60_000 });
  await checkAxe();
  await page.getByRole('button', { name: 'Retry as it is' }).click();
  // The contact was not written: it is looked for, and sent again when a person is sure.
  await expect(page.getByText('It is looked for every half minute', { exact: false })).toBeVisible({ timeout: 60_000 });
  await checkAxe();
  await page.getByRole('button', { name: 'Look again' }).click();
  await page.getByRole('button', { name: 'Send it again…' }).click();
  await page.getByRole('button', { name: 'I have checked: send it again' }).click();
  await expect(page.getByRole('link', { name: 'Open the company' })).toBeVisible({ timeout: 60_000 });
  await expectOneOfEach(house, name, 'Quentin');
});

test('a run whose tab was closed goes on in another browser', async ({ page, house, browser, checkAxe }) => {
  const name = 'Wombat Analytics LLC';
  await fillAll(page, name, 'Wanda');
  await fault(house, { fault: 'slow', milliseconds: 5000, entity: 'Contacts', operation: 'create' });
  await page.getByRole('button', { name: /^Create in Autotask/ }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Primary site' }).getByText('Done')).toBeVisible({ timeout: 60_000 });
  await page.close();

  const other = await (await browser.newContext({ baseURL: house.url })).newPage();
  await other.goto('/onboarding');
  const line = other.getByRole('listitem').filter({ hasText: name });
  await expect(other.getByRole('heading', { name: 'Not finished, begun in another browser' })).toBeVisible();
  await checkAxe(other);
  await line.getByRole('button', { name: 'Go on here' }).click();
  await other.getByRole('button', { name: 'Continue' }).click();
  await expect(other.getByRole('link', { name: 'Open the company' })).toBeVisible({ timeout: 60_000 });
  await other.context().close();
  await expectOneOfEach(house, name, 'Wanda');
});

test('two browsers on one run: the one that was overtaken looks on', async ({ page, house, browser }) => {
  const name = 'Numbat Logistics LLC';
  await fillAll(page, name, 'Nora');
  await fault(house, { fault: 'failWithoutCommit', entity: 'Contacts', operation: 'create' });
  await page.getByRole('button', { name: /^Create in Autotask/ }).click();
  await expect(page.getByText('It is looked for every half minute', { exact: false })).toBeVisible({ timeout: 60_000 });

  const other = await (await browser.newContext({ baseURL: house.url })).newPage();
  await other.goto('/onboarding');
  await other.getByRole('listitem').filter({ hasText: name }).getByRole('button', { name: 'Go on here' }).click();
  await other.getByRole('button', { name: 'Continue' }).click();
  await expect(other.getByText('It is looked for every half minute', { exact: false })).toBeVisible({ timeout: 60_000 });
  // The first one wants to go on, and is told.
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(page.getByRole('listitem').getByText('Another browser goes on with this client')).toBeVisible({ timeout: 60_000 });
  await other.getByRole('button', { name: 'Send it again…' }).click();
  await other.getByRole('button', { name: 'I have checked: send it again' }).click();
  await expect(other.getByRole('link', { name: 'Open the company' })).toBeVisible({ timeout: 60_000 });
  // Taken over again, the first one shows what the other has done.
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('link', { name: 'Open the company' })).toBeVisible({ timeout: 60_000 });
  await other.context().close();
  await expectOneOfEach(house, name, 'Nora');
});

test('a draft goes on in another browser, and where both change it, both are kept', async ({ page, house, browser, checkAxe }) => {
  const name = 'Quokka Shipping LLC';
  await page.goto('/onboarding/new/company');
  await fillCompany(page, name);
  await expect(page.getByText('on the server too')).toBeVisible();

  const other = await (await browser.newContext({ baseURL: house.url })).newPage();
  await other.goto('/onboarding');
  // Other journeys leave drafts behind.
  const drafts = other.getByRole('region', { name: 'Drafts from other browsers' }).getByRole('listitem').filter({ hasText: name });
  await expect(drafts).toBeVisible();
  await checkAxe(other);
  await drafts.getByRole('button', { name: 'Go on here' }).click();
  await expect(other.getByLabel('Company name')).toHaveValue(name);
  const keptByServer = (on: Page) =>
    on.waitForResponse((answer) => /\/api\/drafts\/./.test(answer.url()) && answer.request().method() === 'PUT' && answer.ok());
  const perth = keptByServer(other);
  await other.getByLabel('Company name').fill(`${name} (Perth)`);
  await perth;

  // The first one did not hear of it, and what is typed there is not lost either.
  const broome = keptByServer(page);
  await page.getByLabel('Company name').fill(`${name} (Broome)`);
  await broome;
  await expect(page.getByText('on the server too')).toBeVisible();
  await other.goto('/onboarding');
  await expect(drafts.filter({ hasText: '(Broome)' })).toBeVisible();
  await expect(other.getByRole('heading', { name: `${name} (Perth)` })).toBeVisible();

  // Discarded, it is gone from the server as well.
  await page.getByRole('button', { name: 'Discard draft' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard draft' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: '(Perth)' })).toBeVisible();
  await other.reload();
  await expect(other.getByRole('heading', { name: `${name} (Perth)` })).toBeVisible();
  await expect(drafts).toHaveCount(0);
  await other.getByRole('button', { name: 'Discard draft' }).click();
  await other.getByRole('dialog').getByRole('button', { name: 'Discard draft' }).click();
  await other.context().close();
});
