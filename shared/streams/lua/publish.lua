-- Adds an event to the shared stream and, under the same id, to the document's own.
-- The percentage is raised to the last one told; an event after the final one is dropped. Gives the id, or false.
local function publish(events, progress, document, kind, percentage, data, maxlen, ttl)
  local last = redis.call('XREVRANGE', progress, '+', '-', 'COUNT', 1)[1]
  if last then
    local before = {}
    for i = 1, #last[2], 2 do before[last[2][i]] = last[2][i + 1] end
    if before.type == 'complete' or before.type == 'error' then return false end
    if tonumber(before.percentage) > tonumber(percentage) then percentage = before.percentage end
  end
  local id = redis.call('XADD', events, 'MAXLEN', '~', maxlen, '*',
    'document', document, 'type', kind, 'percentage', percentage, 'data', data)
  redis.call('XADD', progress, 'MAXLEN', '~', 1000, id, 'type', kind, 'percentage', percentage, 'data', data)
  redis.call('EXPIRE', progress, ttl)
  return id
end
