-- Takes an Idempotency-Key for an upload, unless it was taken: then it is told for what, and what came of it.
-- $1 tenant  $2 key  $3 fingerprint of the upload  $4 seconds for which it may be under way
-- Returns whether it is taken by this upload now, the fingerprint that it was taken with and the document, or nothing when
-- another upload took it in the same instant.
WITH mine AS (
    INSERT INTO upload_keys (tenant, key, fingerprint, locked_until)
    VALUES ($1, $2, $3, now() + $4 * interval '1 second')
    ON CONFLICT (tenant, key) DO UPDATE
    SET fingerprint = excluded.fingerprint, locked_until = excluded.locked_until, created_at = now()
    WHERE upload_keys.document_id IS NULL AND upload_keys.locked_until < now()
    RETURNING key
)
SELECT true AS mine, NULL::bytea AS fingerprint, NULL::uuid AS document_id FROM mine
UNION ALL
SELECT false, fingerprint, document_id FROM upload_keys
WHERE tenant = $1 AND key = $2 AND NOT EXISTS (SELECT FROM mine)
