"""What the launcher tells the services."""

from pathlib import Path

from deploy.launch.supervisor import Policy
from deploy.launch.system import the_four


def test_workers_hand_their_jobs_back_before_they_are_killed(tmp_path: Path) -> None:
    for service in the_four(4000, tmp_path, {}):
        assert int(service.env["QUEUE_DRAIN"]) / 1000 < Policy().grace
