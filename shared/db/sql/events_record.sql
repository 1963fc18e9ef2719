-- Adds events, each once, and moves their documents on to what the newest of them say, never back. Those of documents that
-- are gone are left out. In one statement, so that a batch is one round trip, all or nothing.
-- The rows are locked first and in the order of their ids, so that two writers of the same ones wait instead of
-- deadlocking: the keys of the inserted events and the update would lock the same rows in any order.
-- Events that are recorded after the end still say how far a document came that failed fast; those from before a failed one
-- was put back to work say nothing any more.
-- Returns how each document ended that ends with them, its priority, and the seconds it took since its upload or since it was
-- put back to work: once for each end, however often it is recorded.
-- $1 document ids  $2 event ids  $3 types  $4 stages  $5 percentages  $6 data (JSON texts)
-- of the newest progress of each document: $7 ids  $8 steps  $9 stages  $10 percentages  $11 event ids
--      $12 seconds that are left, or null
WITH locked AS MATERIALIZED (
    SELECT id, tenant FROM documents WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE
), added AS (
    INSERT INTO processing_events (document_id, event_id, tenant, type, stage, percentage, data)
    SELECT n.document_id, n.event_id, l.tenant, n.type, n.stage, n.percentage, n.data::jsonb
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[])
        AS n (document_id, event_id, type, stage, percentage, data)
    JOIN locked l ON l.id = n.document_id
    ON CONFLICT DO NOTHING
    RETURNING document_id, type
), moved AS (
    UPDATE documents d
    SET status = CASE d.status WHEN 'uploaded' THEN 'processing' ELSE d.status END,
        step = n.step, stage = n.stage, percentage = n.percentage, updated_at = now(),
        expected_at = to_timestamp(split_part(n.event_id, '-', 1)::bigint / 1000.0) + n.seconds_left * interval '1 second'
    FROM unnest($7::uuid[], $8::text[], $9::text[], $10::int[], $11::text[], $12::float8[])
        AS n (id, step, stage, percentage, event_id, seconds_left)
    JOIN locked l USING (id)
    WHERE d.id = n.id AND d.id = ANY($7::uuid[])
        AND d.status IN ('uploaded', 'processing', 'failed', 'cancelled') AND d.percentage <= n.percentage
        AND (d.revived_at IS NULL OR to_timestamp(split_part(n.event_id, '-', 1)::bigint / 1000.0) >= d.revived_at)
)
SELECT d.status, j.priority, extract(epoch FROM d.completed_at - coalesce(d.revived_at, d.created_at))::float8 AS seconds
FROM added a JOIN documents d ON d.id = a.document_id JOIN job_queue j ON j.document_id = d.id
WHERE a.type IN ('complete', 'error') AND d.completed_at IS NOT NULL
