-- Hands a delivery back at once, with its attempt uncounted, because its worker is stopping.
-- KEYS 1 jobs  2 deaths
-- ARGV 1 group  2 id  3 consumer  4 deliveries  5.. field, value, ...
-- Returns 1, or 0 when the job is somebody else's by now and nothing was done.
-- NEEDS fence
if not owned(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then return 0 end
-- First what is allowed while memory is full: then the rest is too.
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[1], ARGV[2])
local id = redis.call('XADD', KEYS[1], '*', unpack(ARGV, 5))
local deaths = redis.call('HGET', KEYS[2], ARGV[2])
if deaths then
  redis.call('HDEL', KEYS[2], ARGV[2])
  redis.call('HSET', KEYS[2], id, deaths)
end
return 1
