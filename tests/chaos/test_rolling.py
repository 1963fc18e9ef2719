"""A rolling restart under load: nobody who uploads notices it."""

from pathlib import Path

from tests.chaos.plan import Action
from tests.chaos.run import Options, run
from tests.chaos.stage import BAD
from tests.waiting import PATIENCE

WORKERS = ("compress-0", "compress-1", "ocr-0", "ocr-1", "extract-0", "extract-1")


async def test_a_rolling_restart_fails_no_document_and_does_none_twice(tmp_path: Path) -> None:
    actions = [Action(2.0 + 1.5 * number, "restart", "drain", name, 0.0) for number, name in enumerate(WORKERS)]
    # A lease so long that no job could be taken up by it: only what is finished or handed back goes on in time.
    options = Options(
        seed=31, documents=400, seconds=12, actions=actions, settle=PATIENCE, gateways=1, lease=120, longest=2
    )
    result = await run(options, tmp_path)
    problems = [*result.verdict.problems, *result.faults]
    assert not problems, "\n".join(problems)
    assert result.exits == [0] * len(WORKERS)
    verdict = result.verdict
    assert verdict.accepted == options.documents
    assert set(verdict.failed) <= {BAD}, verdict.failed
    assert verdict.completed + verdict.failed.total() + verdict.cancelled == options.documents
    # Not even begun twice, but for the attempts that the stages fail on purpose, which count up.
    assert not result.again
    # There was load all the time: each of the processes had been given work before it went.
    done = {path.name.partition(".")[0] for path in (tmp_path / "records").glob("*.jsonl") if path.stat().st_size}
    assert done == set(WORKERS)
