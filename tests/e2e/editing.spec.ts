// Editing in place: what is written is read again, what Autotask ignores is told, and each change has a way back that
// writes over nobody.
import type { Page } from '@playwright/test';
import { call, fault, noFaults, query, type Row as AnyRow } from './support/sandbox';
import { expect, test, type House } from './support/test';

type Row = AnyRow & { id: number };

async function company(house: House, id: number): Promise<Row> {
  return (await call(house, 'GET', `/Companies/${id}`)).item as Row;
}

/** Active customers with a phone and no parent; each test takes another one. */
async function someCompany(house: House, nth: number): Promise<Row> {
  const filter = [
    { op: 'eq', field: 'isActive', value: true },
    { op: 'eq', field: 'companyType', value: 1 },
    { op: 'exist', field: 'phone' },
    { op: 'notExist', field: 'parentCompanyID' },
  ];
  const found = await query<Row>(house, 'Companies', filter);
  return found[nth];
}

async function open(page: Page, row: Row): Promise<void> {
  await page.goto(`/companies/${row.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(String(row.companyName).trim());
  // Labels and lists have come.
  await expect(page.getByRole('heading', { name: 'Classification' })).toBeVisible();
}

const bar = (page: Page) => page.getByRole('region', { name: 'Changes not saved yet' });
const changes = (page: Page) => page.getByRole('region', { name: 'Changes made here' }).getByRole('listitem');
const messages = (page: Page) => page.getByRole('list', { name: 'Messages' });

test.afterEach(async ({ house }) => noFaults(house));

test('fields are edited in place, written as one, and their undo restores them', async ({ page, house, checkAxe }) => {
  const before = await someCompany(house, 0);
  await open(page, before);
  await page.getByRole('button', { name: /^Show .+ empty field/ }).first().click();
  await page.keyboard.press('e');
  await expect(page.getByRole('textbox', { name: 'Company name' })).toBeFocused();
  await page.getByRole('textbox', { name: 'Phone' }).fill('555-0161');
  await page.getByRole('textbox', { name: 'Company number' }).fill('E-0161');
  await expect(bar(page).getByRole('listitem')).toHaveCount(2);
  await expect(bar(page)).toContainText(`${String(before.phone).trim()} to 555-0161`);
  await checkAxe();
  await page.keyboard.press('Enter');
  await expect(messages(page)).toContainText(`Saved: ${String(before.companyName).trim()}`);
  await expect(bar(page)).toBeHidden();
  await expect(page.getByRole('link', { name: '555-0161' })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Hide .+ empty field/ }), 'what was unfolded stays so').toBeVisible();
  const written = await company(house, before.id);
  expect([written.phone, written.companyNumber, written.city]).toEqual(['555-0161', 'E-0161', before.city]);

  const sent = `${house.sandboxUrl}/_sandbox/requests?entity=Companies&operation=update&limit=1`;
  const { requests } = (await (await fetch(sent)).json()) as { requests: { body: string | object }[] };
  const body = typeof requests[0].body === 'string' ? JSON.parse(requests[0].body) : requests[0].body;
  expect(body, 'one PATCH with nothing else').toEqual({ id: before.id, phone: '555-0161', companyNumber: 'E-0161' });

  await expect(changes(page)).toHaveCount(1);
  await changes(page).getByRole('button', { name: 'Undo' }).click();
  await expect(messages(page)).toContainText('Undone');
  await expect(messages(page).getByRole('button', { name: 'Undo' }), 'there is nothing to undo any more').toHaveCount(0);
  const restored = await company(house, before.id);
  expect([restored.phone, restored.companyNumber ?? '']).toEqual([before.phone, before.companyNumber ?? '']);
  await expect(changes(page)).toHaveCount(2);
  await expect(changes(page).last()).toContainText('Undone');
  await page.getByRole('link', { name: 'Changes', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Changes' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Changes' }).getByRole('listitem')).toHaveCount(2);
  await checkAxe();
});

test('a field that Autotask silently ignores is told as such', async ({ page, house }) => {
  const before = await someCompany(house, 1);
  await open(page, before);
  await fault(house, { fault: 'silentlyIgnore', entity: 'Companies' });
  await page.getByRole('button', { name: 'Edit Phone' }).click();
  await page.getByRole('textbox', { name: 'Phone' }).fill('555-0162');
  await bar(page).getByRole('button', { name: 'Save' }).click();
  await expect(bar(page).getByRole('alert')).toContainText('Autotask answered that it was done, and left as it was: Phone.');
  await expect(changes(page)).toContainText('Left as it was by Autotask');
  await expect(changes(page).getByRole('button', { name: 'Undo' })).toHaveCount(0);
  expect((await company(house, before.id)).phone).toBe(before.phone);
});

test('what somebody changed meanwhile is asked about, when writing and when undoing', async ({ page, house, checkAxe }) => {
  const before = await someCompany(house, 2);
  await open(page, before);
  await page.getByRole('button', { name: 'Edit Phone' }).click();
  await page.getByRole('textbox', { name: 'Phone' }).fill('555-0163');
  await call(house, 'PATCH', '/Companies', { id: before.id, phone: '555-7777' });
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Changed by somebody else meanwhile');
  await expect(dialog).toContainText(`Was: ${String(before.phone).trim()}`);
  await expect(dialog.getByRole('radio', { name: 'Keep what is there now: 555-7777' })).toBeChecked();
  await checkAxe();
  expect((await company(house, before.id)).phone, 'nothing is written before it is decided').toBe('555-7777');
  await dialog.getByRole('radio', { name: 'Write mine: 555-0163' }).check();
  await dialog.getByRole('button', { name: 'Write mine' }).click();
  await expect(messages(page)).toContainText('Saved');
  expect((await company(house, before.id)).phone).toBe('555-0163');

  await call(house, 'PATCH', '/Companies', { id: before.id, phone: '555-8888' });
  await changes(page).getByRole('button', { name: 'Undo' }).click();
  await expect(dialog).toContainText('than when it was written');
  await expect(dialog).toContainText('555-8888');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  expect((await company(house, before.id)).phone).toBe('555-8888');
  await page.reload();
  await expect(changes(page)).toContainText('Changed since');
  await changes(page).getByRole('button', { name: 'Undo' }).click();
  await dialog.getByRole('button', { name: 'Keep what is there' }).click();
  await expect(messages(page)).toContainText('Nothing was written');
  expect((await company(house, before.id)).phone).toBe('555-8888');
});

test('what somebody writes between the look and the sending is asked about too', async ({ page, house }) => {
  const before = await someCompany(house, 9);
  await open(page, before);
  await page.getByRole('button', { name: 'Edit Phone' }).click();
  await page.getByRole('textbox', { name: 'Phone' }).fill('555-0169');
  await page.route('**/V1.0/Companies', async (route) => {
    expect(route.request().method()).toBe('PATCH');
    await call(house, 'PATCH', '/Companies', { id: before.id, phone: '555-9999' });
    await route.continue();
  }, { times: 1 });
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Changed by somebody else meanwhile');
  await expect(dialog).toContainText(`Was: ${String(before.phone).trim()}`);
  await expect(dialog.getByRole('radio', { name: 'Keep what is there now: 555-9999' })).toBeChecked();
  expect((await company(house, before.id)).phone, 'it was not overwritten').toBe('555-9999');
  await dialog.getByRole('radio', { name: 'Write mine: 555-0169' }).check();
  await dialog.getByRole('button', { name: 'Write mine' }).click();
  await expect(messages(page)).toContainText('Saved');
  expect((await company(house, before.id)).phone).toBe('555-0169');
});

test('an undo on a page that cannot ask leads to where it is asked', async ({ page, house }) => {
  const before = await someCompany(house, 7);
  const title = String(before.companyName).trim();
  await open(page, before);
  await page.getByRole('button', { name: 'Edit Phone' }).click();
  await page.getByRole('textbox', { name: 'Phone' }).fill('555-0167');
  await page.keyboard.press('Enter');
  const saved = messages(page).getByRole('listitem').filter({ hasText: `Saved: ${title}` });
  await expect(saved).toBeVisible();
  await expect(page.locator('.statusbar')).toContainText(' site');
  await page.getByRole('link', { name: 'Onboarding', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Onboarding' })).toBeVisible();
  await expect(page.locator('.statusbar'), 'the page that was left is gone').not.toContainText(' site');
  await call(house, 'PATCH', '/Companies', { id: before.id, phone: '555-7766' });
  await saved.getByRole('button', { name: 'Undo' }).click();
  await expect(messages(page)).toContainText(`${title} was changed by somebody else since, and is not undone yet.`);
  await messages(page).getByRole('link', { name: 'Decide under Changes' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Changes' })).toBeAttached();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('555-7766');
  await dialog.getByRole('button', { name: 'Keep what is there' }).click();
  await expect(messages(page)).toContainText('Nothing was written');
  expect((await company(house, before.id)).phone).toBe('555-7766');
});

test('what is typed survives a reload, and a wrong value is said at its field', async ({ page, house }) => {
  const before = await someCompany(house, 3);
  await open(page, before);
  await page.getByRole('button', { name: 'Edit Phone' }).click();
  await page.getByRole('textbox', { name: 'Phone' }).fill('');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Phone is required')).toBeVisible();
  await page.getByRole('textbox', { name: 'Phone' }).fill('555-0164');
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Phone' })).toHaveValue('555-0164');
  await expect(bar(page)).toContainText('555-0164');
  await page.getByRole('textbox', { name: 'Phone' }).press('Escape');
  await expect(bar(page)).toBeHidden();
  await expect(page.getByRole('button', { name: 'Edit Phone' }).first()).toBeFocused();
  expect((await company(house, before.id)).phone).toBe(before.phone);
});

test('a company cannot be put below itself', async ({ page, house }) => {
  const [below] = await query<Row>(house, 'Companies', [
    { op: 'gt', field: 'parentCompanyID', value: 0 },
    { op: 'eq', field: 'isActive', value: true },
  ]);
  const above = await company(house, Number(below.parentCompanyID));
  await open(page, above);
  await page.keyboard.press('e');
  const parent = page.getByRole('combobox', { name: 'Parent company' });
  await parent.fill(String(below.companyName));
  await page.getByRole('option', { name: String(below.companyName).trim() }).first().click();
  await bar(page).getByRole('button', { name: 'Save' }).click();
  await expect(bar(page).getByRole('alert')).toContainText('Nothing was saved.');
  await expect(bar(page).getByRole('alert')).toContainText(`ompany ${below.id} is below company ${above.id}`);
  expect((await company(house, above.id)).parentCompanyID ?? null).toBe(above.parentCompanyID ?? null);
});

test('a contact and a site are edited below their lines', async ({ page, house, checkAxe }) => {
  const row = await someCompany(house, 4);
  const ofCompany = [{ op: 'eq', field: 'companyID', value: row.id }];
  const [contact] = await query<Row>(house, 'Contacts', [...ofCompany, { op: 'eq', field: 'isActive', value: 1 }]);
  const [site] = await query<Row>(house, 'CompanyLocations', ofCompany);
  await open(page, row);
  await page.getByRole('button', { name: `Edit ${contact.firstName} ${contact.lastName}` }).first().click();
  const people = page.getByRole('region', { name: 'Contacts' });
  await expect(people.getByRole('textbox', { name: 'First name' })).toBeFocused();
  await people.getByRole('textbox', { name: 'Title' }).fill('Head of Testing');
  await checkAxe();
  await people.getByRole('button', { name: 'Save' }).click();
  await expect(people.getByRole('textbox')).toHaveCount(0);
  await expect(people.getByRole('cell', { name: 'Head of Testing' })).toBeVisible();
  const written = ((await call(house, 'GET', `/Contacts/${contact.id}`)) as { item: Row }).item;
  expect([written.title, written.emailAddress]).toEqual(['Head of Testing', contact.emailAddress]);

  // No answer comes, but the change was made: it is found when the row is read again.
  await fault(house, { fault: 'commitThenCut', entity: 'CompanyLocations' });
  const sites = page.getByRole('region', { name: 'Sites' });
  await sites.getByRole('button', { name: `Edit ${String(site.name).trim()}` }).first().click();
  await sites.getByRole('textbox', { name: 'City' }).fill('Testville');
  await sites.getByRole('button', { name: 'Save' }).click();
  await expect(sites.getByRole('textbox')).toHaveCount(0);
  await expect(sites).toContainText('Testville');
  expect(((await call(house, 'GET', `/CompanyLocations/${site.id}`)) as { item: Row }).item.city).toBe('Testville');
  await expect(changes(page)).toHaveCount(2);
  await changes(page).first().getByRole('button', { name: 'Undo' }).click();
  await expect(messages(page)).toContainText('Undone');
  expect(((await call(house, 'GET', `/CompanyLocations/${site.id}`)) as { item: Row }).item.city).toBe(site.city);
});

test('two forms that are open at once are each of their own person', async ({ page, house }) => {
  const row = await someCompany(house, 6);
  const filter = [{ op: 'eq', field: 'companyID', value: row.id }, { op: 'eq', field: 'isActive', value: 1 }];
  const [one, other] = await query<Row>(house, 'Contacts', filter);
  await open(page, row);
  const people = page.getByRole('region', { name: 'Contacts' });
  for (const person of [one, other]) {
    await people.getByRole('button', { name: `Edit ${person.firstName} ${person.lastName}` }).first().click();
    await expect(page.locator('input:focus')).toHaveValue(String(person.firstName));
  }
  const form = page.locator('.rowform').filter({ has: page.locator('input:focus') });
  await form.getByText('Last name').click();
  await expect(page.locator('input:focus')).toHaveValue(String(other.lastName));
  await page.keyboard.press('End');
  await page.keyboard.type('x');
  await page.keyboard.press('Enter');
  await expect(messages(page)).toContainText(`Saved: ${other.firstName} ${other.lastName}`);
  const item = ((await call(house, 'GET', `/Contacts/${other.id}`)) as { item: Row }).item;
  expect(item.lastName).toBe(`${other.lastName}x`);
  // Closed with something typed, a form says so in its line.
  await people.getByRole('textbox', { name: 'Title' }).fill('Not yet');
  await people.getByRole('button', { name: `Edit ${one.firstName} ${one.lastName}` }).first().click();
  await expect(people.getByText('Not saved')).toBeAttached();
  await page.mouse.move(20, 400);
  await page.mouse.wheel(0, 3000);
  await page.waitForTimeout(200);
  expect(await page.evaluate(() => document.scrollingElement?.scrollTop), 'only panels scroll').toBe(0);
});

test('a change in doubt stays in doubt until it is looked for', async ({ page, house }) => {
  const before = await someCompany(house, 5);
  await open(page, before);
  await fault(house, { fault: 'commitLate', entity: 'Companies', operation: 'update', milliseconds: 2500 });
  await page.getByRole('button', { name: 'Edit Phone' }).click();
  await page.getByRole('textbox', { name: 'Phone' }).fill('555-0166');
  await page.keyboard.press('Enter');
  await expect(bar(page).getByRole('alert')).toContainText('It may still be written within six minutes');
  await expect(page.getByRole('textbox', { name: 'Phone' }), 'what was typed stays').toHaveValue('555-0166');
  await expect(changes(page)).toContainText('In doubt');
  await expect.poll(async () => (await company(house, before.id)).phone).toBe('555-0166');
  await changes(page).getByRole('button', { name: 'Look again' }).click();
  await expect(changes(page).getByRole('button', { name: 'Undo' })).toBeVisible();
  await expect(page.getByRole('link', { name: '555-0166' }).first()).toBeVisible();
});
