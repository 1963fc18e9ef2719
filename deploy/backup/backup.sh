#!/bin/sh
# Backs Timelift up into a new folder, while it runs:
#   PGHOST=... PGUSER=timelift PGDATABASE=timelift BLOB_URL=s3://timelift deploy/backup/backup.sh /backups/2026-11-30
# with the password in PGPASSWORD, PGPASSFILE or PGPASSWORD_FILE. Needs pg_dump of the server's version or later, and a Python
# that has Timelift's libraries (PYTHON, else python3).
#
# The database first, then the pictures: what the dump knows of was stored before it, so its pictures are there to be copied.
# The other way round, a document that came in between would be restored without them. What came after the dump is copied for
# nothing. Redis is no part of it: what it holds is on its way, and is begun anew from the database.
set -eu
folder=${1:?give a folder that is not there yet}
: "${BLOB_URL:?give the address of the pictures}"
if [ -n "${PGPASSWORD_FILE:-}" ]; then
    PGPASSWORD=$(cat "$PGPASSWORD_FILE")
    export PGPASSWORD
fi
umask 077
mkdir "$folder"
folder=$(cd "$folder" && pwd)
pg_dump --format=custom --no-owner --no-privileges --file="$folder/database.dump"
"${PYTHON:-python3}" -m shared.blob_copy "$BLOB_URL" "file://$folder/blobs"
touch "$folder/complete"
echo "The backup in $folder is complete."
