-- Counts jobs that ended, by the minute, for the figures of the last hour. One hash a stage, an hour long.
-- KEYS 1 minutes
-- ARGV 1 minutes that are kept  2 how many upper bounds (ms) of the durations' classes follow  3.. these
--      then for each job: outcome (done, retry, dead), ms it took
-- Each field is a minute since 1970; its value "done retry dead ms class class ... beyond".
local minute = math.floor(redis.call('TIME')[1] / 60)
local kept, bounds = tonumber(ARGV[1]), tonumber(ARGV[2])
local counts = {}
local held = redis.call('HGET', KEYS[1], minute)
if held then
  for number in string.gmatch(held, '%d+') do counts[#counts + 1] = tonumber(number) end
else
  for _, each in ipairs(redis.call('HKEYS', KEYS[1])) do
    if (tonumber(each) or 0) <= minute - kept then redis.call('HDEL', KEYS[1], each) end
  end
end
for at = 1, 4 + bounds + 1 do counts[at] = counts[at] or 0 end
local outcomes = {done = 1, retry = 2, dead = 3}
for i = 3 + bounds, #ARGV, 2 do
  local ms, class = tonumber(ARGV[i + 1]), 1
  while class <= bounds and ms > tonumber(ARGV[2 + class]) do class = class + 1 end
  local which = outcomes[ARGV[i]]
  counts[which] = counts[which] + 1
  counts[4] = counts[4] + math.floor(ms)
  counts[4 + class] = counts[4 + class] + 1
end
redis.call('HSET', KEYS[1], minute, table.concat(counts, ' '))
redis.call('EXPIRE', KEYS[1], kept * 60)
return 1
