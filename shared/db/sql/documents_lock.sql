-- Locks documents in the order of their ids, so that two writers of the same ones wait instead of deadlocking.
-- $1 ids
SELECT 1 FROM documents WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE
