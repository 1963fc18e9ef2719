-- When a document that is under way is expected to have ended; null where nobody can say.
ALTER TABLE documents ADD COLUMN expected_at timestamptz;
