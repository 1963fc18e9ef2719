-- A key by the part of it that is no secret.
-- $1 id
SELECT id, tenant, name, roles, digest, created_at, last_used_at, revoked_at FROM api_keys WHERE id = $1
