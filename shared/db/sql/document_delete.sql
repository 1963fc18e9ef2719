-- Deletes a document with all that hangs on it.
-- $1 id  $2 tenant
DELETE FROM documents WHERE id = $1 AND tenant = $2 RETURNING id
