-- Notes that a document's original was deleted.
-- $1 id
UPDATE documents SET original_deleted_at = now() WHERE id = $1
