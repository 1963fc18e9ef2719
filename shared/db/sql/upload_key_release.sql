-- Gives an Idempotency-Key back whose upload was refused.
-- $1 tenant  $2 key
DELETE FROM upload_keys WHERE tenant = $1 AND key = $2 AND document_id IS NULL
