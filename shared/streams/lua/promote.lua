-- Moves what is due, by the server's clock, from the retry set back to the stream; what another program left there goes
-- to the dead.
-- KEYS 1 retry set  2 jobs  3 dead
-- ARGV 1 how many at most
-- Returns {how many were moved, how many were none of ours, ms until the next is due: 0 if it is, -1 if there is none}.
-- NEEDS entry_fields
local waiting = redis.call('ZRANGE', KEYS[1], 0, ARGV[1], 'WITHSCORES')
if #waiting == 0 then return {0, 0, -1} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local moved, strange = 0, 0
for i = 1, #waiting, 2 do
  local member, left = waiting[i], tonumber(waiting[i + 1]) - now
  if left > 0 then return {moved, strange, math.ceil(left)} end
  if i > 2 * ARGV[1] then return {moved, strange, 0} end
  -- First what is allowed while memory is full: then the rest is too.
  redis.call('ZREM', KEYS[1], member)
  local fields = entry_fields(member)
  if fields then
    redis.call('XADD', KEYS[2], '*', unpack(fields))
    moved = moved + 1
  else
    redis.call('XADD', KEYS[3], '*', 'reason', 'This is no job of this service.', 'detail', member)
    strange = strange + 1
  end
end
return {moved, strange, -1}
