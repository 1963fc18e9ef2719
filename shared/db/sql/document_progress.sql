-- Moves documents on to what their newest events say, never back. Events that are recorded after the end still say how
-- far a document came that failed fast; those from before a failed one was put back to work say nothing any more.
-- $1 ids  $2 steps  $3 stages  $4 percentages  $5 event ids
UPDATE documents d
SET status = CASE d.status WHEN 'uploaded' THEN 'processing' ELSE d.status END,
    step = n.step, stage = n.stage, percentage = n.percentage, updated_at = now()
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::text[]) AS n (id, step, stage, percentage, event_id)
WHERE d.id = n.id AND d.status IN ('uploaded', 'processing', 'failed', 'cancelled') AND d.percentage <= n.percentage
    AND (d.revived_at IS NULL OR to_timestamp(split_part(n.event_id, '-', 1)::bigint / 1000.0) >= d.revived_at)
