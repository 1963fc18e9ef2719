-- Records a pass, and forgets those that have ended.
-- $1 digest  $2 tenant  $3 name  $4 roles  $5 key id or null  $6 digest of the key  $7 document id or null  $8 seconds it holds
-- Returns when it ends.
WITH ended AS (
    DELETE FROM passes WHERE expires_at < now()
)
INSERT INTO passes (digest, tenant, name, roles, key_id, key_digest, document_id, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, now() + $8 * interval '1 second')
RETURNING expires_at
