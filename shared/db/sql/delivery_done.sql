-- What came of an attempt, unless the message was taken or sent again by hand meanwhile.
-- $1 id  $2 number of the attempt  $3 HTTP status, or null  $4 error, or null where it was delivered
-- $5 seconds until the next attempt, or null for none
UPDATE webhook_deliveries
SET answer = $3, error = $4, next_at = now() + $5 * interval '1 second',
    status = CASE WHEN $4::text IS NULL THEN 'delivered' WHEN $5::float8 IS NULL THEN 'failed' ELSE 'waiting' END
WHERE id = $1 AND attempts = $2 AND next_at IS NOT NULL
