-- The links to a week, oldest first.
-- $1 timetable id  $2 tenant
SELECT id, timetable_id, term_dates, created_at FROM calendars WHERE timetable_id = $1 AND tenant = $2
ORDER BY created_at, id
