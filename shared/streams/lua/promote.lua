-- Moves what is due, by the server's clock, from the retry set back to the stream; what another program left there goes
-- to the dead.
-- KEYS 1 retry set  2 jobs  3 dead
-- ARGV 1 how many at most
-- Returns {how many were moved, how many were none of ours}.
-- NEEDS entry_fields
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local strange = 0
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
for _, member in ipairs(due) do
  -- First what is allowed while memory is full: then the rest is too.
  redis.call('ZREM', KEYS[1], member)
  local fields = entry_fields(member)
  if fields then
    redis.call('XADD', KEYS[2], '*', unpack(fields))
  else
    redis.call('XADD', KEYS[3], '*', 'reason', 'This is no job of this service.', 'detail', member)
    strange = strange + 1
  end
end
return {#due - strange, strange}
