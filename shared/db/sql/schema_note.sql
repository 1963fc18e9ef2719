-- Notes that a schema has been applied.
-- $1 SHA-256 of its text
INSERT INTO schema_applied (digest) VALUES ($1) ON CONFLICT DO NOTHING
