"""Starts the server."""
import uvicorn

from . import settings

if __name__ == "__main__":
    # A container that was restarted inside its pod finds what its predecessor left.
    settings.DRAINING.unlink(missing_ok=True)
    # Keep-alive outlasts the pause of a proxy in front, which would otherwise write into a connection that closes.
    uvicorn.run("app.main:app", host="0.0.0.0", port=8080, log_level=settings.log_level(), access_log=False, timeout_keep_alive=75)
