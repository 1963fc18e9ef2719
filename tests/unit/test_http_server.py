"""The limit of file descriptors."""

import resource
import subprocess
import sys

import pytest

TRY = """
import resource, sys
from shared.http_server import raise_descriptor_limit
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (256, min(hard, int(sys.argv[1]))))
print(raise_descriptor_limit(2000), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(("hard", "says"), [(4000, "2000 2000"), (1000, "1000 1000")])
def test_the_limit_of_file_descriptors_is_raised_or_said_to_be_too_low(hard: int, says: str) -> None:
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < hard:
        pytest.skip("this machine allows too few")
    done = subprocess.run([sys.executable, "-c", TRY, str(hard)], check=True, capture_output=True, text=True)
    lines = done.stdout.splitlines()
    assert lines[-1] == says
    assert any("file descriptors is too low" in line for line in lines) == (hard < 2000)
