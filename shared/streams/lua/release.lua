-- Hands a delivery back at once, with its attempt uncounted, because its worker is stopping.
-- KEYS 1 jobs
-- ARGV 1 group  2 id  3 consumer  4 deliveries  5.. field, value, ...
-- Returns 1, or 0 when the job is somebody else's by now and nothing was done.
-- NEEDS fence
if not owned(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then return 0 end
redis.call('XADD', KEYS[1], '*', unpack(ARGV, 5))
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[1], ARGV[2])
return 1
