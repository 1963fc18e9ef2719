-- Counts a job that ended, by the minute, for the figures of the last hour. One hash a stage, an hour long.
-- KEYS 1 minutes
-- ARGV 1 outcome (done, retry, dead)  2 ms it took  3 minutes that are kept  4.. upper bounds (ms) of the durations' classes
-- Each field is a minute since 1970; its value "done retry dead ms class class ... beyond".
local minute = math.floor(redis.call('TIME')[1] / 60)
local counts = {}
local held = redis.call('HGET', KEYS[1], minute)
if held then
  for number in string.gmatch(held, '%d+') do counts[#counts + 1] = tonumber(number) end
else
  for _, each in ipairs(redis.call('HKEYS', KEYS[1])) do
    if (tonumber(each) or 0) <= minute - tonumber(ARGV[3]) then redis.call('HDEL', KEYS[1], each) end
  end
end
local class = 1
while ARGV[3 + class] and tonumber(ARGV[2]) > tonumber(ARGV[3 + class]) do class = class + 1 end
local which = ({done = 1, retry = 2, dead = 3})[ARGV[1]]
for at = 1, 4 + #ARGV - 3 + 1 do counts[at] = counts[at] or 0 end
counts[which] = counts[which] + 1
counts[4] = counts[4] + math.floor(ARGV[2])
counts[4 + class] = counts[4 + class] + 1
redis.call('HSET', KEYS[1], minute, table.concat(counts, ' '))
-- Once a minute: what is there is renewed before its hour is over.
if not held then redis.call('EXPIRE', KEYS[1], ARGV[3] * 60) end
return 1
