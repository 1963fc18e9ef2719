-- Whether `consumer` still owns the delivery of entry `id`: the last to claim it, with the count it was given.
-- A missing group or key (emptied server) means no.
local function owned(jobs, group, id, consumer, deliveries)
  local pending = redis.pcall('XPENDING', jobs, group, id, id, 1)
  return not pending.err and #pending == 1 and pending[1][2] == consumer
    and tonumber(pending[1][4]) == tonumber(deliveries)
end
