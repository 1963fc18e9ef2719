-- Adds events to the shared stream and, under the same ids, to the document's own.
-- `told` is type, percentage, data, ... of each. A percentage is raised to the last one published; an event after the final
-- one is dropped. Returns the id of the last that was published, or false.
-- An id is <ms>-<count * 128 + percentage>, with 127 for a final event: a client that comes back with it says how far
-- it had seen, even when this server was emptied meanwhile.
-- After its end a document's events are kept for a quarter of an hour, for clients that come back: the record in Postgres
-- has them by then, and memory must not grow with the documents of a day.
-- Most of what a document costs this server is done here, so nothing is asked or set that mostly is as it was: the expiry is
-- set anew once a minute, and the newest event is looked at only where the clock's id is refused.
local function publish(events, progress, document, tenant, told, maxlen, ttl)
  local last = redis.call('XREVRANGE', progress, '+', '-', 'COUNT', 1)[1]
  local reached, last_ms, id = 0, 0, false
  if last then
    last_ms = tonumber(string.match(last[1], '^%d+'))
    local before = {}
    for i = 1, #last[2], 2 do before[last[2][i]] = last[2][i + 1] end
    if before.type == 'complete' or before.type == 'error' then return false end
    reached = tonumber(before.percentage) or 0
  end
  local now = redis.call('TIME')
  local ms, count = now[1] * 1000 + math.floor(now[2] / 1000), 0
  for i = 1, #told, 3 do
    local kind, data = told[i], told[i + 2]
    local final = kind == 'complete' or kind == 'error'
    reached = math.max(reached, tonumber(told[i + 1]))
    local function add(call)
      id = string.format('%.0f-%d', ms, count * 128 + (final and 127 or reached))
      return call('XADD', events, 'MAXLEN', '~', maxlen, id,
        'document', document, 'tenant', tenant, 'type', kind, 'percentage', reached, 'data', data)
    end
    local added = add(redis.pcall)
    if type(added) == 'table' and added.err then
      -- Two in a millisecond, or a clock that was set back: the id must not be below the last. Or it was refused for
      -- another reason, and will be again.
      local newest = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
      local newest_ms, sequence = string.match(newest and newest[1] or '0-0', '^(%d+)-(%d+)$')
      if tonumber(newest_ms) >= ms then ms, count = tonumber(newest_ms), math.floor(sequence / 128) + 1 end
      add(redis.call)
    end
    redis.call('XADD', progress, 'MAXLEN', '~', 1000, id, 'type', kind, 'percentage', reached, 'data', data)
    if final then
      redis.call('EXPIRE', progress, math.min(ttl, 900))
      return id
    end
    if math.floor(ms / 60000) ~= math.floor(last_ms / 60000) or tonumber(ttl) < 120 then
      redis.call('EXPIRE', progress, ttl)
    end
    last_ms, count = ms, count + 1
  end
  return id
end
