"""Refusals before the API looks: too much, too often, or outside it."""

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lsexport_emulator.clock import Clock
from lsexport_emulator.redaction import fingerprint
from lsexport_emulator.requestlog import BODY, is_admin
from lsexport_emulator.settings import RetryAfterForm, Settings

# As nginx writes its error pages.
_PAGE = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
_OUR_PAGES = ("/openapi.json", "/docs")
_FRONT_END = "<!doctype html>\n<html><head><title>LangSmith</title></head><body></body></html>\n"


class RateLimiter:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # By fingerprint: keys are not kept where they are not needed.
        self._seen: dict[str, deque[float]] = {}

    def clear(self) -> None:
        self._seen.clear()

    def refuse(self, settings: Settings, api_key: str) -> Response | None:
        limit = settings.rate_limit
        if limit is None:
            return None
        now = self._clock.monotonic()
        times = self._seen.setdefault(fingerprint(api_key), deque())
        while times and times[0] <= now - limit.per_seconds:
            times.popleft()
        if len(times) < limit.requests:
            times.append(now)
            return None
        wait = (times[0] if times else now) + limit.per_seconds - now
        headers = self._retry_after(limit.retry_after, wait)
        return JSONResponse({"detail": "Rate limit exceeded"}, 429, headers)

    def _retry_after(self, form: RetryAfterForm, wait: float) -> dict[str, str]:
        whole = str(max(1, round(wait + 0.5)))
        if form == "none":
            return {}
        if form == "milliseconds":
            return {"retry-after-ms": str(round(wait * 1000))}
        if form in ("date", "past_date"):
            when = self._clock.now() + timedelta(seconds=float(whole) if form == "date" else -60)
            return {"retry-after": format_datetime(when, usegmt=True)}
        forms = {"seconds": whole, "fraction": f"{wait:.3f}", "garbage": "soon"}
        return {"retry-after": forms[form]}


class LimitMiddleware:
    def __init__(self, app: ASGIApp, settings: Callable[[], Settings], limiter: RateLimiter) -> None:
        self._app = app
        self._settings = settings
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_admin(scope):
            return await self._app(scope, receive, send)
        settings = self._settings()

        async def send_with_advice(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in settings.x_should_retry:
                advice = b"true" if settings.x_should_retry[message["status"]] else b"false"
                message["headers"] = [*message["headers"], (b"x-should-retry", advice)]
            await send(message)

        answer = self._refusal(settings, scope) or self._app
        return await answer(scope, receive, send_with_advice)

    def _refusal(self, settings: Settings, scope: Scope) -> Response | None:
        if len(scope[BODY]) > settings.max_body_bytes:
            return HTMLResponse(_PAGE.format("413 Request Entity Too Large"), 413)
        # Self-hosted, whatever is not under /api belongs to the web application.
        if settings.deployment == "self-hosted" and not scope["path"].startswith(("/api/", *_OUR_PAGES)):
            if scope["method"] in ("GET", "HEAD"):
                return HTMLResponse(_FRONT_END)
            return HTMLResponse(_PAGE.format("405 Not Allowed"), 405)
        return self._limiter.refuse(settings, Headers(scope=scope).get("x-api-key", ""))
