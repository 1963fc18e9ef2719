"""What most would write instead of the gateway: FastAPI takes a multipart upload, writes it to disk, enqueues it, and
sends its progress as server-sent events. It records nothing, checks nothing and recovers nothing.

    uvicorn app:app, with REDIS_URL and FOLDER
"""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiofiles
from fastapi import FastAPI, UploadFile
from fastapi.responses import JSONResponse, StreamingResponse
from redis.asyncio import Redis

redis = Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
folder = Path(os.environ["FOLDER"])


async def work() -> None:
    """A worker that says of each job that it began."""
    last = "$"
    while True:
        for _, entries in await redis.xread({"peer:jobs": last}, block=1000):
            for entry, job in entries:
                last = entry
                name = f"peer:events:{job['document']}"
                await redis.xadd(name, {"data": '{"type":"progress","percentage":2}'})
                await redis.expire(name, 600)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    task = asyncio.create_task(work())
    yield
    task.cancel()


app = FastAPI(lifespan=lifespan)


@app.post("/api/v1/documents/upload")
async def upload(file: UploadFile) -> JSONResponse:
    id_ = str(uuid.uuid4())
    async with aiofiles.open(folder / id_, "wb") as out:
        while chunk := await file.read(65_536):
            await out.write(chunk)
    await redis.xadd("peer:jobs", {"document": id_})
    return JSONResponse({"documentId": id_, "status": "uploaded"}, 202)


@app.get("/api/v1/events/{id_}")
async def events(id_: str) -> StreamingResponse:
    async def sent() -> AsyncIterator[str]:
        last = "0"
        while True:
            for _, entries in await redis.xread({f"peer:events:{id_}": last}, block=1000):
                for last, fields in entries:
                    yield f"id: {last}\ndata: {fields['data']}\n\n"

    return StreamingResponse(sent(), media_type="text/event-stream")
