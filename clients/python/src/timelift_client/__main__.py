"""``python -m timelift_client``, where the command is not on the path."""

from timelift_client.cli import main

main()
