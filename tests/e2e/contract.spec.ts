// A client with a contract and its billing, entered in the browser: every record in the sandbox has what the facts
// demand, each is there once, and the calls come in the order that Autotask wants.
import type { Page } from '@playwright/test';
import { eq, query, type Row } from './support/sandbox';
import { expect, test, type House } from './support/test';

/** The one row there is. */
async function only(house: House, entity: string, ...conditions: object[]): Promise<Row> {
  const rows = await query(house, entity, conditions);
  expect(rows, entity).toHaveLength(1);
  return rows[0];
}

interface Sent {
  number: number;
  method: string;
  url: string;
  entity: string;
  operation: string;
  status: number;
  body: Row;
}

/** What came to the sandbox after this number, and wrote something or was to. */
async function writes(house: House, after: number): Promise<Sent[]> {
  const answer = await (await fetch(`${house.sandboxUrl}/_sandbox/requests?after=${after}`)).json();
  const all = (answer.requests as Sent[]).filter(({ method, url }) => method !== 'GET' && !url.includes('/query'));
  return all.sort((a, b) => a.number - b.number);
}

async function lastNumber(house: House): Promise<number> {
  const { requests } = await (await fetch(`${house.sandboxUrl}/_sandbox/requests`)).json();
  return Math.max(0, ...(requests as Sent[]).map(({ number }) => number));
}

const next = (page: Page, step: string) => page.getByRole('button', { name: `Next: ${step}` }).click();

async function choose(page: Page, label: string, text: string, within: Pick<Page, 'getByRole'> = page): Promise<void> {
  await within.getByRole('combobox', { name: label }).fill(text);
  await page.getByRole('listbox').getByRole('option').filter({ hasText: text }).first().click();
}

/** Company, a second site and a contact, up to the step Contract. */
async function fillBasics(page: Page, name: string): Promise<void> {
  await page.goto('/onboarding/new');
  await page.getByLabel('Company name').fill(name);
  await page.getByLabel('Phone', { exact: true }).fill('+1 303 555 0190');
  await page.getByLabel('Street').fill('9 Mill Lane');
  await page.getByLabel('City').fill('Denver');
  await page.getByLabel('State').fill('CO');
  await page.getByLabel('Postal code').fill('80202');
  await page.getByRole('combobox', { name: 'Owner' }).click();
  await page.getByRole('listbox').getByRole('option').first().click();
  await next(page, 'Sites');
  await page.getByRole('button', { name: 'Add site' }).click();
  const depot = page.getByRole('region', { name: 'Site 2' });
  await depot.getByLabel('Site name').fill('Accounts office');
  await depot.getByLabel('City').fill('Boulder');
  await next(page, 'Contacts');
  const person = page.getByRole('region', { name: 'Contact 1' });
  await person.getByLabel('First name').fill('Olive');
  await person.getByLabel('Last name').fill('Okafor');
  await person.getByLabel('E-mail').fill(`olive@${name.split(' ')[0].toLowerCase()}.example.com`);
  await next(page, 'Contract');
  await expect(page.getByRole('heading', { level: 1, name: 'Contract' })).toBeVisible();
}

/** A contract of a year and its lines, up to the step Billing. */
async function fillContract(page: Page, lines: [service: string, quantity: string, price?: string][]): Promise<void> {
  await page.getByRole('button', { name: 'Add a contract' }).click();
  await page.getByLabel('Contract name').fill('Managed services 2027');
  await expect(page.getByLabel('Type', { exact: true })).toHaveValue('7');
  await page.getByLabel('Starts').fill('2027-01-01');
  await page.getByLabel('Ends').fill('2027-12-31');
  await page.getByLabel('Period').selectOption({ label: 'Monthly' });
  for (const [index, [service, quantity, price]] of lines.entries()) {
    if (index > 0) await page.getByRole('button', { name: 'Add service' }).click();
    const line = page.getByRole('group', { name: `Line ${index + 1}` });
    await choose(page, 'Service', service, line);
    await line.getByLabel('Quantity').fill(quantity);
    if (price) await line.getByLabel('Unit price').fill(price);
  }
}

async function create(page: Page): Promise<void> {
  await next(page, 'Review');
  await page.getByRole('checkbox', { name: /cannot be deleted/ }).check();
  await page.getByRole('button', { name: /^Create in Autotask/ }).click();
}

/** Nothing on the page is wider than the page. */
async function expectNoOverflow(page: Page): Promise<void> {
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `at ${width}`).toBeLessThanOrEqual(0);
  }
}

test('a client with contract, two services, tax region and invoice template', async ({ page, house, checkAxe }) => {
  const name = 'Ocelot Bakeries LLC';
  await fillBasics(page, name);
  await checkAxe();
  await fillContract(page, [
    ['Managed Workstation', '25'],
    ['Managed Server', '2', '150.5'],
  ]);
  await expect(page.getByText('Catalogue 55.00')).toBeVisible();
  await expect(page.getByRole('group', { name: 'Line 2' }).getByText('301.00')).toBeVisible();
  // 25 of 55.00 and 2 of 150.50.
  await expect(page.getByRole('status').filter({ hasText: 'Sum, monthly' })).toContainText('1,676.00');
  await checkAxe();
  await expectNoOverflow(page);
  await next(page, 'Billing');

  await expect(page.getByRole('heading', { level: 1, name: 'Billing' })).toBeVisible();
  await page.getByLabel('Invoices go to').selectOption({ label: 'Accounts office' });
  await page.getByLabel('Attention of').fill('Accounts payable');
  await choose(page, 'Tax region', 'Colorado');
  await page.getByLabel('Tax ID').fill('84-1234567');
  await page.getByLabel('Tax exempt').selectOption({ label: 'No' });
  await expect(page.getByText('Payment terms come with the template')).toBeVisible();
  await choose(page, 'Invoice template', 'Enterprise, net 60');
  await expect(page.getByText(/^Payment terms: .*60/)).toBeVisible();
  await checkAxe();
  await expectNoOverflow(page);

  const before = await lastNumber(house);
  await next(page, 'Review');
  const contract = page.locator('section').filter({ has: page.getByRole('link', { name: 'Change Contract' }) });
  await expect(contract).toContainText('25 × 55.00 = 1,375.00');
  await expect(contract).toContainText('2 × 150.50 = 301.00');
  await expect(contract).toContainText('Sum, monthly1,676.00');
  await expect(contract).toContainText('Olive Okafor');
  const billing = page.locator('section').filter({ has: page.getByRole('link', { name: 'Change Billing' }) });
  for (const words of ['Accounts office', 'Colorado', '84-1234567', 'Enterprise, net 60']) {
    await expect(billing).toContainText(words);
  }
  await expect(page.getByRole('complementary', { name: 'What will be sent' })).toContainText('25 × Managed Workstation');
  await checkAxe();
  await expectNoOverflow(page);
  await page.getByRole('checkbox', { name: /cannot be deleted/ }).check();
  await page.getByRole('button', { name: /^Create in Autotask/ }).click();
  await expect(page.getByRole('link', { name: 'Open the company' })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('Everything was created.')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: '25 × Managed Workstation' })).toContainText('Done');
  await checkAxe();

  // What the sandbox holds, each once.
  const company = await only(house, 'Companies', eq('companyName', name));
  const below = eq('companyID', company.id);
  const [region] = await query(house, 'TaxRegions', [eq('name', 'Colorado')]);
  const [template] = await query(house, 'InvoiceTemplates', [eq('name', 'Enterprise, net 60')]);
  const office = await only(house, 'CompanyLocations', below, eq('name', 'Accounts office'));
  expect(await query(house, 'CompanyLocations', [below])).toHaveLength(2);
  expect(company).toMatchObject({
    companyType: 1,
    phone: '+1 303 555 0190',
    isActive: true,
    taxRegionID: region.id,
    taxID: '84-1234567',
    isTaxExempt: false,
    invoiceTemplateID: template.id,
    billToAttention: 'Accounts payable',
    billToCompanyLocationID: office.id,
  });
  expect(company.ownerResourceID).toEqual(expect.any(Number));
  const person = await only(house, 'Contacts', below);
  expect(person).toMatchObject({ firstName: 'Olive', primaryContact: true, isActive: 1 });
  const made = await only(house, 'Contracts', below);
  expect(made).toMatchObject({
    contractName: 'Managed services 2027',
    contractType: 7,
    contractPeriodType: 1,
    status: 1,
    timeReportingRequiresStartAndStopTimes: 0,
    contactID: person.id,
    startDate: expect.stringMatching(/^2027-01-01T00:00:00/),
    endDate: expect.stringMatching(/^2027-12-31T00:00:00/),
  });
  const ofContract = eq('contractID', made.id);
  const lines = await query(house, 'ContractServices', [ofContract]);
  const catalogue = await query(house, 'Services', [{ op: 'in', field: 'id', value: lines.map(({ serviceID }) => serviceID) }]);
  const priceOf = Object.fromEntries(lines.map((line) => [String(catalogue.find(({ id }) => id === line.serviceID)?.name), line.unitPrice]));
  expect(lines).toHaveLength(2);
  expect(priceOf).toEqual({ 'Managed Workstation': 55, 'Managed Server': 150.5 });
  for (const [index, units] of [25, 2].entries()) {
    const line = lines.find(({ serviceID }) => catalogue.find(({ name }) => name === ['Managed Workstation', 'Managed Server'][index])?.id === serviceID);
    const slices = await query(house, 'ContractServiceUnits', [ofContract, eq('contractServiceID', line?.id)]);
    // A slice a month, each with all the units: they were added once.
    expect(slices.map((slice) => slice.units)).toEqual(Array(12).fill(units));
  }

  // The calls, in their order, none sent twice and none refused.
  const sent = await writes(house, before);
  expect(sent.filter(({ status }) => status !== 200)).toEqual([]);
  const calls = sent.map(({ method, url }) => `${method} ${url.replace(/^.*\/V1\.0/i, '').replace(/\d+/g, '{id}')}`);
  expect([...calls].sort()).toEqual([
    'PATCH /Companies',
    'PATCH /Companies/{id}/Locations',
    'POST /Companies',
    'POST /Companies/{id}/Contacts',
    'POST /Companies/{id}/Locations',
    'POST /Contracts',
    'POST /Contracts/{id}/ServiceAdjustments',
    'POST /Contracts/{id}/ServiceAdjustments',
    'POST /Contracts/{id}/Services',
    'POST /Contracts/{id}/Services',
  ]);
  const at = (call: string) => calls.indexOf(call);
  expect(at('POST /Companies')).toBe(0);
  expect(at('PATCH /Companies/{id}/Locations')).toBeLessThan(at('POST /Companies/{id}/Locations'));
  expect(at('POST /Companies/{id}/Locations')).toBeLessThan(at('PATCH /Companies'));
  expect(at('POST /Companies/{id}/Contacts')).toBeLessThan(at('POST /Contracts'));
  expect(at('POST /Contracts')).toBeLessThan(at('POST /Contracts/{id}/Services'));
  const bodies = (call: string) => sent.filter((_, index) => calls[index] === call).map(({ body }) => body);
  // What is set later is not in the create, which would be refused as a whole for any of it.
  const [companyBody] = bodies('POST /Companies');
  for (const later of ['taxRegionID', 'taxID', 'isTaxExempt', 'invoiceTemplateID', 'billToAttention', 'billToCompanyLocationID']) {
    expect(companyBody, later).not.toHaveProperty(later);
  }
  for (const adjustment of bodies('POST /Contracts/{id}/ServiceAdjustments')) {
    const line = lines.find(({ id }) => id === adjustment.contractServiceID);
    expect(line, 'units go to a line that is there').toBeDefined();
    expect(adjustment.effectiveDate).toMatch(/^2027-01-01/);
    expect(sent.findIndex(({ body }) => body === adjustment)).toBeGreaterThan(
      sent.findIndex(({ url, body }) => /\/Services$/.test(url) && body.serviceID === line?.serviceID),
    );
  }
});

test('what a contract lacks is said at its field, and without it all is well', async ({ page, checkAxe }) => {
  await fillBasics(page, 'Pangolin Press LLC');
  await page.getByRole('button', { name: 'Add a contract' }).click();
  await page.getByLabel('Ends').fill('2026-12-31');
  await page.getByLabel('Starts').fill('2027-01-01');
  await page.getByRole('group', { name: 'Line 1' }).getByLabel('Quantity').fill('2.5');
  await next(page, 'Billing');
  const summary = page.getByRole('alert').filter({ hasText: /need your attention/ });
  for (const words of [/^ContractName is required/, /^ContractPeriodType is required/, /ends before it starts/, /^ServiceID is required/, /whole number from 1/]) {
    await expect(summary.getByRole('link', { name: words })).toBeVisible();
  }
  await checkAxe();
  await expectNoOverflow(page);
  await summary.getByRole('link', { name: /^ServiceID is required/ }).click();
  await expect(page.getByRole('combobox', { name: 'Service', exact: true })).toBeFocused();
  // A draft survives a reload with all of it, wrong as it is.
  await expect(page.getByText(/Draft saved/)).toBeVisible();
  await page.waitForTimeout(600);
  await page.reload();
  await expect(page.getByRole('group', { name: 'Line 1' }).getByLabel('Quantity')).toHaveValue('2.5');
  await expect(page.getByLabel('Starts')).toHaveValue('2027-01-01');
  // Another type of contract has no services.
  await page.getByLabel('Type', { exact: true }).selectOption({ label: 'Time & Materials' });
  await next(page, 'Billing');
  await expect(summary.getByRole('link', { name: /^Only a Recurring Service contract has services/ })).toBeVisible();
  await page.getByRole('button', { name: 'No contract' }).click();
  await expect(page.getByText('No contract yet')).toBeVisible();
  await next(page, 'Billing');
  await expect(page.getByRole('heading', { level: 1, name: 'Billing' })).toBeVisible();
  await page.getByRole('button', { name: 'Discard draft' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard draft' }).click();
});

test('a draft of before there were contracts goes on, and a catalogue that does not come is asked for again', async ({ page, checkAxe }) => {
  await fillBasics(page, 'Bongo Brewers LLC');
  await page.goto('/companies');
  await page.evaluate(() => {
    const { contract, billToSite, ...draft } = JSON.parse(localStorage.getItem('onboarding.draft') ?? '{}');
    localStorage.setItem('onboarding.draft', JSON.stringify({ ...draft, version: 2, step: 'contacts', visited: ['company', 'sites', 'contacts'] }));
  });
  await page.route(/\/V1\.0\/Services\//, (route) => route.abort());
  await page.goto('/onboarding/new');
  await expect(page.getByRole('heading', { level: 1, name: 'Contacts' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Contact 1' }).getByLabel('Last name')).toHaveValue('Okafor');
  await next(page, 'Contract');
  await page.getByRole('button', { name: 'Add a contract' }).click();
  await expect(page.getByText('The services could not be loaded.')).toBeVisible({ timeout: 60_000 });
  await checkAxe();
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Retry' }).click();
  await choose(page, 'Service', 'Managed Server', page.getByRole('group', { name: 'Line 1' }));
  await expect(page.getByText('Catalogue 180.00')).toBeVisible();
});

test('a contract and its units that Autotask refuses are corrected, and there is one of each', async ({ page, house, checkAxe }) => {
  const name = 'Quoll Printing LLC';
  // Answered before it comes to the sandbox, as Autotask answers: with status 500 and the reason.
  const refused: Row[] = [];
  const refuseOnce = (path: RegExp, message: string) =>
    page.route(path, async (route) => {
      refused.push(route.request().postDataJSON());
      await route.fulfill({ status: 500, json: { errors: [message] } });
    }, { times: 1 });
  await fillBasics(page, name);
  await fillContract(page, [['Managed Workstation', '4']]);
  await next(page, 'Billing');
  await refuseOnce(/\/V1\.0\/Contracts$/, 'The startDate is not allowed.');
  await refuseOnce(/\/V1\.0\/Contracts\/\d+\/ServiceAdjustments$/, 'Only seven units may be sold.');
  await create(page);

  await expect(page.getByText('The startDate is not allowed.')).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Edit and retry' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Correct the contract' })).toBeVisible();
  await expect(page.getByRole('group', { name: 'Line 1' })).toHaveCount(0);
  await checkAxe();
  await page.getByLabel('Starts').fill('2027-02-01');
  await page.getByRole('button', { name: 'Send it again' }).click();

  await expect(page.getByText('Only seven units may be sold.')).toBeVisible({ timeout: 60_000 });
  expect(refused[1], 'the units begin with the corrected contract').toMatchObject({ unitChange: 4, effectiveDate: '2027-02-01T00:00:00Z' });
  await page.getByRole('button', { name: 'Edit and retry' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Correct the service' })).toBeVisible();
  await page.getByLabel('Quantity').fill('');
  await page.getByRole('button', { name: 'Send it again' }).click();
  await expect(page.getByRole('link', { name: /Enter how many units there are/ })).toBeVisible();
  await checkAxe();
  await page.getByLabel('Quantity').fill('7');
  await page.getByRole('button', { name: 'Send it again' }).click();
  await expect(page.getByRole('link', { name: 'Open the company' })).toBeVisible({ timeout: 60_000 });

  const company = await only(house, 'Companies', eq('companyName', name));
  const contract = await only(house, 'Contracts', eq('companyID', company.id));
  expect(contract.startDate).toMatch(/^2027-02-01/);
  await only(house, 'ContractServices', eq('contractID', contract.id));
  // Eleven months are left.
  const slices = await query(house, 'ContractServiceUnits', [eq('contractID', contract.id)]);
  expect(slices.map(({ units }) => units)).toEqual(Array(11).fill(7));
});
