-- A document has one or more timetables: two classes on a page, six in a PDF. Extractors of the version before cannot save
-- any more; their jobs are tried again.
ALTER TABLE timetables ADD COLUMN position integer NOT NULL DEFAULT 0;  -- among its document's, from 0
ALTER TABLE timetables DROP CONSTRAINT timetables_document_id_key;
ALTER TABLE timetables ADD CONSTRAINT timetables_document_position UNIQUE (document_id, position);
DROP INDEX timetables_by_age;
CREATE INDEX timetables_by_age ON timetables (tenant, created_at DESC, id DESC);

-- What the migrations' own table replaces.
DROP TABLE IF EXISTS schema_applied;
