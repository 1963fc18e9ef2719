#!/bin/sh
# Restores a backup of backup.sh, with the services stopped: into an empty database, and beside what pictures there are.
#   PGHOST=... PGUSER=timelift PGDATABASE=timelift BLOB_URL=s3://timelift deploy/backup/restore.sh /backups/2026-11-30
# Then set the roles up (deploy/postgres/setup.sh), empty Redis (FLUSHALL, or a new server) and start the services: what was
# under way when the database was dumped is begun anew by itself.
set -eu
folder=$(cd "${1:?give the folder of a backup}" && pwd)
: "${BLOB_URL:?give the address of the pictures}"
if [ -n "${PGPASSWORD_FILE:-}" ]; then
    PGPASSWORD=$(cat "$PGPASSWORD_FILE")
    export PGPASSWORD
fi
if [ ! -e "$folder/complete" ]; then
    echo "The backup in $folder was not completed." >&2
    exit 1
fi
tables=$(psql --no-psqlrc --tuples-only --no-align --command "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
if [ "$tables" != 0 ]; then
    echo "The database $PGDATABASE is not empty: restore into a new one." >&2
    exit 1
fi
pg_restore --exit-on-error --single-transaction --no-owner --no-privileges --dbname="$PGDATABASE" "$folder/database.dump"
"${PYTHON:-python3}" -m shared.blob_copy "file://$folder/blobs" "$BLOB_URL"
echo "The backup in $folder is restored."
