-- Whether a schema has been applied.
-- $1 SHA-256 of its text
SELECT 1 FROM schema_applied WHERE digest = $1
