-- Events of several documents that follow one of each, in order.
-- $1 document ids  $2 ms and  $3 sequence of the event after which to look
SELECT e.document_id, e.tenant, e.event_id, e.data
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS n (id, ms, sequence)
JOIN processing_events e ON e.document_id = n.id
    AND (split_part(e.event_id, '-', 1)::bigint, split_part(e.event_id, '-', 2)::bigint) > (n.ms, n.sequence)
ORDER BY split_part(e.event_id, '-', 1)::bigint, split_part(e.event_id, '-', 2)::bigint
