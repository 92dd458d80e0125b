/** @file For the benchmark of a million samples: the rows of a SQLite catalog, made by SQLite itself. */
import Sqlite from 'better-sqlite3';

/** Rows by SQL, indexes after them: minutes less than through the catalog. */
export function fillSqlite(path, { samples, eventsPerSample }) {
  const database = new Sqlite(path);
  try {
    database.pragma('synchronous = OFF');
    database.pragma('foreign_keys = OFF');
    database.pragma('cache_size = -262144');
    const indexes = database
      .prepare(
        "select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name in ('samples', 'label_events')",
      )
      .all();
    const made = 1_700_000_000_000;
    const id = "'s_' || printf('%010x%010x', (i * 2654435761) & 1099511627775, (i * 40503) & 1099511627775)";
    const labeled = (column) => `case when i % 5 = 0 then null else ${column} end`;
    const numbers = 'with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)';
    for (const { name } of indexes) database.exec(`drop index ${name}`);
    database.exec('begin');
    database.exec("insert into datasets (name, created_at) values ('pets', 1), ('zoo', 1)");
    for (let i = 0; i < 10; i += 1)
      database.prepare('insert into classes (name, position) values (?, ?)').run(`c${i}`, i);
    database
      .prepare(
        `${numbers} insert into samples (id, dataset, content_hash, path, format, width_px, height_px, size_bytes, perceptual_hash,
          class_name, split, created_at, removed, labeled_by, label_source, labeled_at)
        select ${id}, case when i % 3 = 0 then 'zoo' else 'pets' end, printf('%064x', i),
          'folder' || i % 100 || '/picture-' || i || '.jpg', 'jpeg', 640, 480, 100000 + i % 5000, '00ff00ff00ff00ff',
          ${labeled("'c' || i % 10")}, case i % 10 when 0 then 'test' when 1 then 'validation' else 'train' end, ${made} + i, 0,
          ${labeled("'p' || i % 20")}, ${labeled("'human'")}, ${labeled(`${made} + i`)}
        from n`,
      )
      .run(samples);
    for (let k = 1; k <= eventsPerSample; k += 1)
      database
        .prepare(
          `${numbers} insert into label_events (id, sample_id, class_name, annotator, source, at)
          select 'l${k}_' || i, ${id}, 'c' || i % 10, 'p' || i % 20, 'human', ${made} + i from n`,
        )
        .run(samples);
    database.exec('commit');
    for (const { sql } of indexes) database.exec(sql);
    database.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
}
