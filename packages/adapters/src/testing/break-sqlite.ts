/** @file For tests: damage to a catalog's file that no part of the product makes, while it is open. */
import { closeSync, openSync, writeSync } from 'node:fs';
import Sqlite from 'better-sqlite3';

/** Foreign keys are not looked at. */
export async function breakSqliteRows(path: string, statements: string): Promise<void> {
  const plain = new Sqlite(path);
  plain.pragma('foreign_keys = OFF');
  plain.exec(statements);
  plain.close();
}

/** The first page of this table is not one any more. */
export async function breakSqlitePage(path: string, table: string): Promise<void> {
  const plain = new Sqlite(path);
  const root = plain.prepare('select rootpage from sqlite_schema where name = ?').pluck().get(table) as number;
  const pageBytes = plain.pragma('page_size', { simple: true }) as number;
  plain.pragma('wal_checkpoint(TRUNCATE)');
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(64, 0xff), 0, 64, (root - 1) * pageBytes);
  closeSync(file);
  // Whoever has it open reads its pages again after somebody else has written.
  plain.exec('update datasets set name = name');
  plain.close();
}
