-- What a log-batch of 100 metrics writes, by PostgreSQL's own means; pgbench runs it as one transaction.
BEGIN;
INSERT INTO metrics (run_uuid, key, value, timestamp, step, is_nan)
SELECT md5('pgbench' || :client_id), 'b' || n, n, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, n, false
  FROM generate_series(1, 100) AS n;
INSERT INTO latest_metrics (run_uuid, key, value, timestamp, step, is_nan)
SELECT md5('pgbench' || :client_id), 'b' || n, n, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, n, false
  FROM generate_series(1, 100) AS n
    ON CONFLICT (key, run_uuid) DO UPDATE
   SET value = excluded.value, timestamp = excluded.timestamp, step = excluded.step, is_nan = excluded.is_nan;
COMMIT;
