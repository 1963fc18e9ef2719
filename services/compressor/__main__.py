"""The compressor service: jobs of the ``compress`` stream."""

from services.compressor.handler import Compressor
from shared.db.pool import patiently
from shared.messages import OcrPayload
from shared.outcomes import Done, Job, Outcome, Progress
from shared.service import Context, run, work


class _Recording(Compressor):
    """A compressor that records where the stored pictures are, for `GET /api/v1/documents/{id}/image`."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.blobs)
        self._documents = context.documents

    async def handle(self, job: Job, progress: Progress) -> Outcome:
        outcome = await super().handle(job, progress)
        if isinstance(outcome, Done) and outcome.next and isinstance(outcome.next.payload, OcrPayload):
            pages = outcome.next.payload.pages
            await patiently(lambda: self._documents.set_pages(job.document_id, pages))
        return outcome


async def _make(context: Context) -> Compressor:
    compressor = _Recording(context)
    await compressor.start()
    return compressor


if __name__ == "__main__":
    run(lambda: work("compress", _make), "compressor")
