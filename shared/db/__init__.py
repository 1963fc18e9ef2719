"""Postgres: the record of every document, job, event and timetable. The SQL is in ``sql/``, one statement a file."""
