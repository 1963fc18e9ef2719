-- A document's events in order.
-- $1 document id
SELECT event_id, type, percentage, data FROM processing_events WHERE document_id = $1
ORDER BY split_part(event_id, '-', 1)::bigint, split_part(event_id, '-', 2)::bigint
