#!/bin/sh
# Makes the secrets that compose.yaml mounts, each in a file of its own in deploy/secrets/ (which git ignores). What is there
# already stays: running it again adds what is missing. Put a key of your own into its file, or delete a file and run this
# to rotate one; docs/operations.md says what has to be restarted.
set -eu
cd "$(dirname "$0")"
# The files can be read by any user inside the containers, which are nobody's on this machine; the folder keeps everybody
# else out.
umask 022
mkdir -p secrets
chmod 700 secrets

make() {
    [ -e "secrets/$1" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"secrets/$1"
}

for service in gateway compressor ocr extractor exporter; do
    make "postgres_$service"
    make "redis_$service"
done
make postgres_owner
make redis_operator
make internal_token
make s3
make grafana
# Yours to fill: without API keys there is no login, without Anthropic's the local reader does all the reading.
touch secrets/api_keys secrets/anthropic_api_key
echo "The secrets are in $(pwd)/secrets."
