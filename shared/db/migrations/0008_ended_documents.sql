-- The ends of a tenant's documents within a time, for streams of all its documents (followed_ended.sql).
CREATE INDEX documents_ended ON documents (tenant, completed_at) WHERE completed_at IS NOT NULL;
