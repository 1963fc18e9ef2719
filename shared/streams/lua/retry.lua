-- Puts a delivery aside for a while, by the server's clock: as its next attempt, or for another worker.
-- KEYS 1 jobs  2 retry set
-- ARGV 1 group  2 id  3 consumer  4 deliveries  5 wait (ms)  6 JSON array of field, value, ...
-- Returns 1, or 0 when the job is somebody else's by now and nothing was done.
-- NEEDS fence
if not owned(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then return 0 end
local time = redis.call('TIME')
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[5], ARGV[6])
return 1
