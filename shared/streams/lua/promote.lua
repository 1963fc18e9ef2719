-- Moves what is due from the retry set back to the stream.
-- KEYS 1 retry set  2 jobs
-- ARGV 1 now (ms, Unix)  2 how many at most
-- Returns how many were moved.
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, member in ipairs(due) do
  -- First what is allowed while memory is full: then the rest is too.
  redis.call('ZREM', KEYS[1], member)
  redis.call('XADD', KEYS[2], '*', unpack(cjson.decode(member)))
end
return #due
