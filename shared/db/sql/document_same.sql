-- A tenant's newest completed document that was made from these very bytes.
-- $1 tenant  $2 SHA-256 of the upload
SELECT id FROM documents WHERE tenant = $1 AND digest = $2 AND status = 'completed' ORDER BY created_at DESC LIMIT 1
