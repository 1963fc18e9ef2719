-- Counts jobs that ended: by the minute, for the figures of the last hour, and as the stage's pace, from which the time
-- that others will take is told.
-- KEYS 1 minutes, a hash of an hour  2.. paces of all stages, in their order
-- ARGV 1 minutes that are kept  2 how many upper bounds (ms) of the durations' classes follow  3.. these
--      then which of the stages this is (from 1)
--      then for each job: outcome (done, retry, dead), ms it took, ms it was expected to take, ms it waited (-1: not told)
-- Each field of the minutes is a minute since 1970; its value "done retry dead ms class class ... beyond".
-- A pace is "ms taken, ms expected, ms waited, jobs that waited" of the jobs that were done, older ones counting less and less;
-- it is kept for a day, since it is most of all the machine's.
-- Returns the paces.
local minute = math.floor(redis.call('TIME')[1] / 60)
local kept, bounds = tonumber(ARGV[1]), tonumber(ARGV[2])
local counts, first = {}, 3 + bounds
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
local own = 1 + ARGV[first]
local pace = {}
for number in string.gmatch(redis.call('GET', KEYS[own]) or '0 0 0 0', '[%d.]+') do pace[#pace + 1] = tonumber(number) end
for i = first + 1, #ARGV, 4 do
  local ms, class = tonumber(ARGV[i + 1]), 1
  while class <= bounds and ms > tonumber(ARGV[2 + class]) do class = class + 1 end
  local which = outcomes[ARGV[i]]
  counts[which] = counts[which] + 1
  counts[4] = counts[4] + math.floor(ms)
  counts[4 + class] = counts[4 + class] + 1
  local expected, waited = tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
  if which == 1 then
    -- The newest twenty jobs are two thirds of it.
    for at = 1, 4 do pace[at] = pace[at] * 0.95 end
    pace[1], pace[2] = pace[1] + ms, pace[2] + expected
    if waited >= 0 then pace[3], pace[4] = pace[3] + waited, pace[4] + 1 end
  end
end
if #ARGV > first then
  redis.call('HSET', KEYS[1], minute, table.concat(counts, ' '))
  redis.call('EXPIRE', KEYS[1], kept * 60)
  redis.call('SET', KEYS[own], string.format('%.3f %.3f %.3f %.3f', unpack(pace)), 'EX', 86400)
end
return redis.call('MGET', unpack(KEYS, 2))
