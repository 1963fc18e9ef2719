-- Gives a document a name of its own, or takes it away. Returns its id, or nothing if there is no such document.
-- $1 id  $2 tenant  $3 name or null
UPDATE documents SET saved_name = $3, updated_at = now() WHERE id = $1 AND tenant = $2 RETURNING id
