"""The application: health, metrics and the datasets."""
import time

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError

from . import datasets, settings
from .database import schema_revision
from .metrics import Metrics

app = FastAPI(title="Dataset Management", version=settings.version(), openapi_url="/api/v1/openapi.json")
app.add_middleware(CORSMiddleware, allow_origins=settings.allowed_origins(), allow_methods=["*"], allow_headers=["*"])
app.include_router(datasets.router)
metrics = Metrics()


@app.middleware("http")
async def count(request: Request, call_next) -> Response:
    """Counts every request by its route's pattern, so that ids do not make a counter each."""
    started = time.perf_counter()
    response = await call_next(request)
    route = getattr(request.scope.get("route"), "path", "other")
    metrics.observe(request.method, route, response.status_code, time.perf_counter() - started)
    if settings.is_draining():
        # A connection that stays open into the server's end loses the request that is sent at that moment.
        response.headers["Connection"] = "close"
    return response


@app.exception_handler(SQLAlchemyError)
def database_failed(request: Request, error: SQLAlchemyError) -> JSONResponse:
    """A database that is away is no fault of the request."""
    return JSONResponse({"detail": "The database does not answer."}, status_code=503)


@app.get("/live")
def live() -> dict:
    """The process answers. Never asks the database: restarting pods does not bring it back."""
    return {"status": "ok"}


@app.get("/health")
def health() -> JSONResponse:
    """Version, schema revision and database state; 503 while the database is away."""
    answer = {"status": "ok", "version": settings.version(), "schema_revision": None, "database": "up"}
    try:
        answer["schema_revision"] = schema_revision()
        return JSONResponse(answer)
    except SQLAlchemyError:
        return JSONResponse({**answer, "status": "degraded", "database": "down"}, status_code=503)


@app.get("/metrics", response_class=PlainTextResponse)
def show_metrics() -> str:
    """Counters in the text format of Prometheus."""
    return metrics.text()
