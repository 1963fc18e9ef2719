-- Records where a document's page pictures are kept.
-- $1 id  $2 pages (JSON)
UPDATE documents SET pages = $2 WHERE id = $1
