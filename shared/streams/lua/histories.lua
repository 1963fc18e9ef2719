-- The published events of several documents of one partition, in one go.
-- KEYS 1.. progress of each document
-- ARGV 1 how many of each at most  2 how many of all, from which on no further document is looked at
-- Returns for each document that was looked at its entries; the first one always is.
local found, entries = {}, 0
for at = 1, #KEYS do
  if entries >= tonumber(ARGV[2]) then break end
  found[at] = redis.call('XRANGE', KEYS[at], '-', '+', 'COUNT', ARGV[1])
  entries = entries + #found[at]
end
return found
