-- Ends a delivery for good, all or nothing: acknowledge, delete, hand over to the next stage or the dead stream, publish.
-- KEYS 1 jobs  2 stream that takes what follows (the next stage's jobs, or the dead; KEYS 1 if nothing does)
--      3 events  4 progress of the document
-- ARGV 1 group  2 id  3 consumer  4 deliveries
--      5 event type ('' for no event)  6 document  7 tenant  8 percentage  9 data  10 maxlen  11 ttl (s)
--      12 how many entries stream 2 keeps, the newest; 0 for all
--      13.. field, value, ... of the entry that follows (none if nothing does)
-- Returns 1, and 1 more for each entry that stream 2 no longer keeps; 0 when the job is somebody else's by now and
-- nothing was done.
-- NEEDS fence publish
if not owned(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then return 0 end
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[1], ARGV[2])
local dropped = 0
if #ARGV > 12 then
  redis.call('XADD', KEYS[2], '*', unpack(ARGV, 13))
  if ARGV[12] ~= '0' then dropped = redis.call('XTRIM', KEYS[2], 'MAXLEN', ARGV[12]) end
end
if ARGV[5] ~= '' then
  publish(KEYS[3], KEYS[4], ARGV[6], ARGV[7], ARGV[5], ARGV[8], ARGV[9], ARGV[10], ARGV[11])
end
return 1 + dropped
