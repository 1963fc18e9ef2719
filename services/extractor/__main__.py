"""The extractor service: jobs of the ``extract`` stream."""

from services.extractor.handler import Extractor
from shared.db.pool import patiently
from shared.messages import Timetable
from shared.service import Context, run, work


async def _make(context: Context) -> Extractor:
    async def save(document_id: str, tenant: str, timetable: Timetable, timetable_id: str) -> bool:
        # A reading that cost seconds is kept until Postgres is back, not read again.
        return await patiently(lambda: context.documents.save_timetable(document_id, tenant, timetable, timetable_id))

    return Extractor(context.blobs, save)


if __name__ == "__main__":
    run(lambda: work("extract", _make), "extractor")
