-- Revokes a link. Returns its id, or nothing if there is none.
-- $1 id  $2 tenant
DELETE FROM calendars WHERE id = $1 AND tenant = $2 RETURNING id
