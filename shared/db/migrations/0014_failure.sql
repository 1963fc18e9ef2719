-- Why a document failed: "unreadable" where the file is at fault, "internal" where we are; null where it did not fail, or
-- failed before this was kept.
ALTER TABLE documents ADD COLUMN failure text;
