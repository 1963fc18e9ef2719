-- Ends a pass.
-- $1 digest
DELETE FROM passes WHERE digest = $1
