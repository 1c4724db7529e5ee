"""The application: the API under both of its paths, the admin routes, and what stands around them."""

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from lsexport_emulator import __version__, admin, destinations, docs_page
from lsexport_emulator.emulator import Emulator
from lsexport_emulator.errors import ApiError, EchoResponse
from lsexport_emulator.faults import FaultMiddleware
from lsexport_emulator.limits import LimitMiddleware
from lsexport_emulator.requestlog import ADMIN_PREFIX, RecordingMiddleware

_DESCRIPTION = "A local double of LangSmith's bulk-export destinations API. Not LangSmith's own document."


def create_app(emulator: Emulator) -> ASGIApp:
    # From the outside in: the log sees all, faults strike whatever the answer, limits come before the API.
    app: ASGIApp = create_api(emulator)
    app = LimitMiddleware(app, lambda: emulator.settings, emulator.limiter)
    app = FaultMiddleware(app, emulator.faults, emulator.clock)
    return RecordingMiddleware(app, emulator.log)


def create_api(emulator: Emulator) -> FastAPI:
    api = FastAPI(
        title="lsexport-emulator",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,  # FastAPI's pages fetch their scripts from strangers
        redoc_url=None,
        # One schema a name, as published, not an "-Input" and an "-Output".
        separate_input_output_schemas=False,
        generate_unique_id_function=_operation_id,
    )
    api.state.emulator = emulator
    api.add_exception_handler(ApiError, _api_error)
    api.add_exception_handler(RequestValidationError, _validation_error)
    api.add_exception_handler(Exception, _server_error)
    api.include_router(destinations.router, prefix="/api/v1")
    # A self-hosted front end rewrites /api/X to /api/v1/X.
    api.include_router(destinations.router, prefix="/api", include_in_schema=False)
    api.mount(ADMIN_PREFIX, admin.create_admin(emulator))
    docs_page.add_to(api)
    return api


def _operation_id(route: APIRoute) -> str:
    path = "".join(letter if letter.isalnum() else "_" for letter in route.path_format)
    return f"{route.name}{path}_{'_'.join(sorted(route.methods or [])).lower()}"


async def _api_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return JSONResponse(error.body, status_code=error.status, headers=error.headers)


async def _validation_error(_: Request, error: Exception) -> JSONResponse:
    """As FastAPI writes it."""
    assert isinstance(error, RequestValidationError)
    try:
        return EchoResponse({"detail": jsonable_encoder(error.errors())}, status_code=422)
    except RecursionError:  # FastAPI says so where reading such a body fails
        return JSONResponse({"detail": "There was an error parsing the body"}, status_code=400)


async def _server_error(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": "Internal server error"}, status_code=500)
