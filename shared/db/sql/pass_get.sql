-- A pass that holds: it has not ended, and its key was not revoked.
-- $1 digest
SELECT p.tenant, p.name, p.roles, p.key_id, p.key_digest, p.document_id
FROM passes p LEFT JOIN api_keys k ON k.id = p.key_id
WHERE p.digest = $1 AND p.expires_at > now() AND k.revoked_at IS NULL
