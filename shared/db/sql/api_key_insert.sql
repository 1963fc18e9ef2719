-- Records a new key; once, though it is sent again because its answer was lost.
-- $1 id  $2 tenant  $3 name  $4 roles  $5 digest of the key
-- Returns it as api_key_get.sql does.
INSERT INTO api_keys (id, tenant, name, roles, digest) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET id = excluded.id WHERE api_keys.digest = excluded.digest
RETURNING id, tenant, name, roles, digest, created_at, last_used_at, revoked_at
