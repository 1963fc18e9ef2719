-- Adds events, each once; those of documents that are gone are left out.
-- $1 document ids  $2 event ids  $3 types  $4 stages  $5 percentages  $6 data (JSON texts)
INSERT INTO processing_events (document_id, event_id, tenant, type, stage, percentage, data)
SELECT n.document_id, n.event_id, d.tenant, n.type, n.stage, n.percentage, n.data::jsonb
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[])
    AS n (document_id, event_id, type, stage, percentage, data)
JOIN documents d ON d.id = n.document_id
ON CONFLICT DO NOTHING
