-- Forgets the Idempotency-Keys that nobody may repeat any more.
-- $1 seconds that they are kept
DELETE FROM upload_keys WHERE created_at < now() - $1 * interval '1 second'
