-- Ended documents whose original has been kept as long as it may be, oldest first.
-- $1 days  $2 how many at most
SELECT id, tenant, blob, status, extract(epoch FROM now() - created_at)::float8 / 86400 AS days
FROM documents
WHERE original_deleted_at IS NULL AND created_at < now() - $1 * interval '1 day'
    AND status NOT IN ('uploaded', 'processing')
ORDER BY created_at
LIMIT $2
