"""What words mean: days, times, labels, rooms, people. Plain strings; nothing here knows a picture or a position."""
