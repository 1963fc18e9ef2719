-- Adds events, each once; those of documents that are gone are left out.
-- Returns how each document ended that ends with them, its priority, and the seconds it took since its upload or since it was
-- put back to work: once for each end, however often it is recorded.
-- $1 document ids  $2 event ids  $3 types  $4 stages  $5 percentages  $6 data (JSON texts)
WITH added AS (
    INSERT INTO processing_events (document_id, event_id, tenant, type, stage, percentage, data)
    SELECT n.document_id, n.event_id, d.tenant, n.type, n.stage, n.percentage, n.data::jsonb
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[])
        AS n (document_id, event_id, type, stage, percentage, data)
    JOIN documents d ON d.id = n.document_id
    ON CONFLICT DO NOTHING
    RETURNING document_id, type
)
SELECT d.status, j.priority, extract(epoch FROM d.completed_at - coalesce(d.revived_at, d.created_at))::float8 AS seconds
FROM added a JOIN documents d ON d.id = a.document_id JOIN job_queue j ON j.document_id = d.id
WHERE a.type IN ('complete', 'error') AND d.completed_at IS NOT NULL
