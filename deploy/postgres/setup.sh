#!/bin/sh
# Gives each service its role (roles.sql) and the password that stands in $SECRETS/postgres_<service>. Run as the tables'
# owner (PGHOST, PGUSER, PGDATABASE, and PGPASSWORD or PGPASSWORD_FILE) after every migration; running it again changes nothing but
# the passwords, so it is also how one is rotated.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
secrets=${SECRETS:-/run/secrets}
if [ -n "${PGPASSWORD_FILE:-}" ]; then
    PGPASSWORD=$(cat "$PGPASSWORD_FILE")
    export PGPASSWORD
fi

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --single-transaction --file "$here/roles.sql"
for service in gateway compressor ocr extractor exporter; do
    # On standard input: a password among the arguments is in every process list.
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 <<END
\\set password \`cat "$secrets/postgres_$service"\`
ALTER ROLE timelift_$service PASSWORD :'password';
END
done
echo "The roles of the services are ready."
