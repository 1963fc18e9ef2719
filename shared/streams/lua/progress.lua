-- Tells how far a running job is, unless the job is somebody else's by now.
-- KEYS 1 jobs  2 events  3 progress of the document
-- ARGV 1 group  2 id  3 consumer  4 deliveries  5 document  6 tenant  7 type  8 percentage
--      9 data  10 maxlen  11 ttl (s)
-- Returns the event id, or false.
-- NEEDS fence publish
if not owned(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then return false end
return publish(KEYS[2], KEYS[3], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11])
