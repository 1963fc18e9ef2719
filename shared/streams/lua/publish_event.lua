-- Publishes an event that belongs to no delivery.
-- KEYS 1 events  2 progress of the document
-- ARGV 1 document  2 tenant  3 type  4 percentage  5 data  6 maxlen  7 ttl (s)
-- Returns the event id, or false when the document's end was published already.
-- NEEDS publish
return publish(KEYS[1], KEYS[2], ARGV[1], ARGV[2], {ARGV[3], ARGV[4], ARGV[5]}, ARGV[6], ARGV[7])
