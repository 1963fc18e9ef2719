-- Moves documents on to what their newest events say; never back, and never out of a final status.
-- $1 ids  $2 steps  $3 stages  $4 percentages
UPDATE documents d
SET status = 'processing', step = n.step, stage = n.stage, percentage = n.percentage, updated_at = now()
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[]) AS n (id, step, stage, percentage)
WHERE d.id = n.id AND d.status IN ('uploaded', 'processing') AND d.percentage <= n.percentage
