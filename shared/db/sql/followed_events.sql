-- The events of several documents, each one's in order.
-- $1 document ids
SELECT document_id, event_id, data FROM processing_events WHERE document_id = ANY($1::uuid[])
ORDER BY document_id, split_part(event_id, '-', 1)::bigint, split_part(event_id, '-', 2)::bigint
