-- Every job that Redis holds for one partition, seen in one instant: a job on its way between two keys is in exactly
-- one of them. Its size is bounded by the relay's window.
-- KEYS 1.. for each stage in order: jobs, retry set
-- NEEDS entry_fields
-- Returns {document, stage number from 1, entry id or '' if it waits for its retry} for each, one after the other.
local found = {}
local function add(document, stage, id)
  found[#found + 1] = document
  found[#found + 1] = stage
  found[#found + 1] = id
end
for stage = 1, #KEYS / 2 do
  for _, entry in ipairs(redis.call('XRANGE', KEYS[2 * stage - 1], '-', '+')) do
    for i = 1, #entry[2], 2 do
      if entry[2][i] == 'document' then add(entry[2][i + 1], stage, entry[1]) end
    end
  end
  for _, member in ipairs(redis.call('ZRANGE', KEYS[2 * stage], 0, -1)) do
    local fields = entry_fields(member) or {}
    for i = 1, #fields, 2 do
      if fields[i] == 'document' then add(fields[i + 1], stage, '') end
    end
  end
end
return found
