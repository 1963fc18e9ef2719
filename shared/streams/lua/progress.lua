-- Tells how far a running job is, unless the job is somebody else's by now.
-- KEYS 1 jobs  2 events  3 progress of the document
-- ARGV 1 group  2 id  3 consumer  4 deliveries  5 document  6 tenant  7 maxlen  8 ttl (s)
--      9.. type, percentage, data of each event
-- Returns the id of the last event, or false.
-- NEEDS fence publish
if not owned(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then return false end
return publish(KEYS[2], KEYS[3], ARGV[5], ARGV[6], {unpack(ARGV, 9)}, ARGV[7], ARGV[8])
