-- Sends a message again now, as a first attempt. Returns its id, or nothing if there is none.
-- $1 id  $2 tenant
UPDATE webhook_deliveries SET status = 'waiting', attempts = 0, answer = NULL, error = NULL, next_at = now()
WHERE id = $1 AND tenant = $2
RETURNING id
