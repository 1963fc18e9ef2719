-- Takes over deliveries whose owner has not renewed them for a lease, and keeps count of the workers that a job seems to
-- have ended. A consumer's name is one process's, with its start (`QueueSettings.incarnation`): while the group hears of
-- it (XINFO CONSUMERS), it lives, whatever it lost sight of.
-- KEYS 1 jobs  2 deaths: hash of entry id -> JSON array of a consumer and when it was found quiet (ms), again and again
-- ARGV 1 group  2 consumer  3 lease (ms)  4 cursor: '-' or '(id'  5 how many at most
--      6 deaths that end a job  7 silence (ms) after which a worker is certainly dead
--      8.. id, deliveries, ... that this consumer runs
-- Returns {next cursor, {{id, deliveries, deaths, {field, value, ...}}, ...}, the longest (ms) that an entry which stays
-- where it is was not renewed; the lease if not all were looked at}.
-- NEEDS alive
local jobs, group, me, lease = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local most, deadly, silence = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local cursor = ARGV[4]
local page = redis.call('XPENDING', jobs, group, cursor, '+', 100)
-- As most of the time: then nobody asks who of the consumers lives either.
if #page == 0 then return {'-', {}, 0} end
alive(jobs, group, me)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local running = {}
for i = 8, #ARGV, 2 do running[ARGV[i]] = tonumber(ARGV[i + 1]) end

local idle
local function silent(consumer)  -- ms; nil if it left the group
  if not idle then
    idle = {}
    for _, each in ipairs(redis.call('XINFO', 'CONSUMERS', jobs, group)) do
      local found = {}
      for i = 1, #each, 2 do found[each[i]] = each[i + 1] end
      idle[found.name] = found.idle
    end
  end
  return idle[consumer]
end

-- The workers that seem dead of this entry, its owner among them; and whether all of them certainly are. Nil as long as
-- it is open what became of its owner.
local function suspects(id, owner, unrenewed)
  local known = redis.call('HGET', KEYS[2], id)
  local list = known and cjson.decode(known) or {}
  local quiet = owner ~= me and silent(owner)
  if quiet and quiet >= lease then
    list[#list + 1] = owner
    list[#list + 1] = now
  elseif quiet and unrenewed - quiet < lease then
    -- Heard of since it renewed this entry, but not for so long that it must have renewed it again: it may have ended in
    -- between, which would not be counted if the entry were taken from it now.
    return nil
  end
  -- One that was heard of a lease after it renewed this entry never saw it: the answer to its read was lost.
  local dead, certain = {}, true
  for i = 1, #list, 2 do
    quiet = silent(list[i])
    -- One that was heard of since has returned, and is forgiven; so is one that left in good order.
    if quiet and now - quiet <= list[i + 1] then
      dead[#dead + 1] = list[i]
      dead[#dead + 1] = list[i + 1]
      certain = certain and quiet >= silence
    end
  end
  return dead, certain
end

local taken = {}
local function consider(id, owner, unrenewed, deliveries)
  if owner == me and running[id] == deliveries then
    -- This process slept for a while and nobody took the job: it still runs, and was only not renewed.
    redis.call('XCLAIM', jobs, group, me, 0, id, 'JUSTID')
    return
  end
  local dead, certain = suspects(id, owner, unrenewed)
  if not dead then return end
  local deaths = #dead / 2
  -- It may have ended as many workers as it may, or these may only sleep: nobody else should try before that is clear.
  if deaths >= deadly and not certain then return end
  -- Before any other write: this one is allowed while memory is full, and the others are then too.
  local claimed = redis.call('XCLAIM', jobs, group, me, 0, id)
  if #claimed == 0 then return end
  if deaths > 0 then redis.call('HSET', KEYS[2], id, cjson.encode(dead)) else redis.call('HDEL', KEYS[2], id) end
  taken[#taken + 1] = {id, deliveries + 1, deaths, claimed[1][2]}
end

local quietest = 0
for _ = 1, 10 do
  for _, each in ipairs(page) do
    if #taken >= most then return {cursor, taken, lease} end
    cursor = '(' .. each[1]
    local before = #taken
    if each[3] >= lease then consider(each[1], each[2], each[3], each[4]) end
    if #taken == before then quietest = math.max(quietest, each[3]) end
  end
  if #page < 100 then return {'-', taken, quietest} end
  page = redis.call('XPENDING', jobs, group, cursor, '+', 100)
end
return {cursor, taken, lease}
