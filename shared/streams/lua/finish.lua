-- Ends a delivery for good, all or nothing: acknowledge, delete, hand over to the next stage or the dead stream, publish.
-- KEYS 1 jobs  2 stream that takes what follows (the next stage's jobs, or the dead; KEYS 1 if nothing does)
--      3 events  4 progress of the document
-- ARGV 1 group  2 id  3 consumer  4 deliveries  5 document  6 tenant  7 maxlen  8 ttl (s)
--      9 how many entries stream 2 keeps, the newest; 0 for all
--      10 how many events, then type, percentage, data of each
--      then field, value, ... of the entry that follows (none if nothing does)
-- Returns 1, and 1 more for each entry that stream 2 no longer keeps; 0 when the job is somebody else's by now and
-- nothing was done.
-- NEEDS fence publish
if not owned(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then return 0 end
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[1], ARGV[2])
local dropped, last = 0, 10 + 3 * ARGV[10]
if #ARGV > last then
  redis.call('XADD', KEYS[2], '*', unpack(ARGV, last + 1))
  if ARGV[9] ~= '0' then dropped = redis.call('XTRIM', KEYS[2], 'MAXLEN', ARGV[9]) end
end
if last > 10 then publish(KEYS[3], KEYS[4], ARGV[5], ARGV[6], {unpack(ARGV, 11, last)}, ARGV[7], ARGV[8]) end
return 1 + dropped
