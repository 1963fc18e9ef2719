"""The short form of `make attack`. Times and stalls are the long form's: a busy machine would be blamed here."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey
from tests.attack.__main__ import MEMORY_BYTES
from tests.attack.attacks import Size
from tests.attack.fuzz import BODIES, changed_files, read_head, read_upload
from tests.attack.run import run
from tests.attack.target import Target

_CHECKED = settings(
    deadline=None,
    max_examples=300,
    # The same ones in every run, so that what one run finds is found again; new ones are looked for by the long form.
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
SHORT = Size(cuts=8, mutations=4, slow=60, silent=60, streams=120, seconds=1, documents=20, rounds=1, alone=2)


async def test_what_a_stranger_tries_kills_nothing_and_is_no_fault_of_ours(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path / "postgres") as postgres, EmbeddedValkey(tmp_path / "valkey") as valkey:
        target = Target(tmp_path, valkey.url, postgres.url)
        try:
            await target.start()
            outcomes = await run(target, SHORT)
            assert target.deaths == []
            assert target.memory("VmHWM") < MEMORY_BYTES
            assert {each.name: each.faults for each in outcomes if each.faults} == {}
            assert all(each.beside < float("inf") for each in outcomes), "an innocent's upload was refused"
            assert "Traceback" not in (log := target.log("gateway").read_text())
            assert '"exception"' not in log
        finally:
            await target.stop()


@_CHECKED
@given(BODIES, st.integers(1, 500))
def test_whatever_an_upload_is_it_is_read_or_refused(body: bytes, step: int) -> None:
    read_upload(body, step)


@_CHECKED
@given(changed_files())
def test_whatever_a_file_begins_with_it_is_known_or_refused(data: bytes) -> None:
    read_head(data)
