-- Documents are found by age alone, and originals that are still there.
CREATE INDEX documents_by_creation ON documents (created_at);
ALTER TABLE documents ADD COLUMN original_deleted_at timestamptz;  -- the upload itself; its pages' pictures stay
CREATE INDEX documents_with_original ON documents (created_at) WHERE original_deleted_at IS NULL;
