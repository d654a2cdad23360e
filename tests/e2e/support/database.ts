// Reads a server's SQLite file with SQL, to compare what the app shows with what is stored, and changes it.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import initSqlJs from 'sql.js';

/** One answer row: column name → value. */
export type Row = Record<string, unknown>;

/**
 * Runs a query over a copy of the file.
 *
 * What is still in the write-ahead log is not seen: stop the sandbox first, which folds it into the file.
 */
export async function sql(file: string, query: string): Promise<Row[]> {
  const database = await open(file);
  const statement = database.prepare(query);
  const rows: Row[] = [];
  while (statement.step()) rows.push(statement.getAsObject());
  statement.free();
  database.close();
  return rows;
}

/** Changes the file of a server that is stopped. */
export async function change(file: string, statement: string): Promise<void> {
  const database = await open(file);
  database.run(statement);
  writeFileSync(file, database.export());
  database.close();
  for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true });
}

async function open(file: string) {
  const SQL = await initSqlJs();
  const bytes = readFileSync(file);
  // The copy in memory has no log beside it: its header must not ask for one.
  bytes[18] = 1;
  bytes[19] = 1;
  return new SQL.Database(bytes);
}
