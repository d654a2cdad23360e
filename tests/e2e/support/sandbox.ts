// Asks the sandbox itself, past the proxy, and sets its faults.
import { expect, type House } from './test';

type Sandbox = Pick<House, 'sandboxUrl'>;

/** One row: field name → value. */
export type Row = Record<string, unknown>;

/** What the sandbox takes as an API user. */
export const CREDENTIALS = {
  UserName: 'api-user@sandbox.test',
  Secret: 'sandbox-secret',
  ApiIntegrationCode: 'SANDBOX-TRACKING-ID',
};

/** The answer's body; another status than 200 fails the test. */
export async function call(house: Sandbox, method: string, path: string, body?: object): Promise<Row> {
  const url = `${house.sandboxUrl}/ATServicesRest/V1.0${path}`;
  const headers = { ...CREDENTIALS, 'Content-Type': 'application/json' };
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  expect(answer.status, `${method} ${path}: ${text}`).toBe(200);
  return JSON.parse(text);
}

export const eq = (field: string, value: unknown) => ({ op: 'eq', field, value });

/** The first page of the rows that fit. */
export async function query<T extends Row = Row>(house: Sandbox, entity: string, filter: object[]): Promise<T[]> {
  return (await call(house, 'POST', `/${entity}/query`, { filter })).items as T[];
}

/** How many rows fit; without a filter, how many there are. Other journeys of the same worker have added theirs. */
export async function count(house: Sandbox, entity: string, filter = [{ op: 'gte', field: 'id', value: 0 }]): Promise<number> {
  return Number((await call(house, 'POST', `/${entity}/query/count`, { filter })).queryCount);
}

/** Switches a fault on, for one request unless `json` says otherwise. */
export async function fault(house: Sandbox, json: object): Promise<void> {
  const body = JSON.stringify({ times: 1, ...json });
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(`${house.sandboxUrl}/_sandbox/faults`, { method: 'POST', body, headers });
  expect(answer.status, await answer.text()).toBeLessThan(300);
}

/** Switches all faults off. */
export async function noFaults(house: Sandbox): Promise<void> {
  await fetch(`${house.sandboxUrl}/_sandbox/faults`, { method: 'DELETE' });
}
