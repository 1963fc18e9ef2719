-- Ends a key for good; one that was ended before stays as it is. Returns its id, or nothing if there is no such key.
-- $1 id
UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1 RETURNING id
