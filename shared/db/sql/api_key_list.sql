-- All keys, those that hold first, the newest first.
SELECT id, tenant, name, roles, digest, created_at, last_used_at, revoked_at FROM api_keys
ORDER BY revoked_at IS NOT NULL, created_at DESC, id
