"""What the environment decides."""
import os
import pathlib


def database_url() -> str:
    """DATABASE_URL in the form that SQLAlchemy takes."""
    url = os.environ["DATABASE_URL"]
    scheme, rest = url.split("://", 1)
    return f"postgresql://{rest}" if scheme == "postgres" else f"{scheme}://{rest}"


def version() -> str:
    """The version that the image was built as."""
    return os.environ.get("APP_VERSION", "dev")


def allowed_origins() -> list[str]:
    """The sites whose pages may call the API; an asterisk stands for all."""
    return [origin.strip() for origin in os.environ.get("ALLOWED_ORIGINS", "*").split(",") if origin.strip()]


def log_level() -> str:
    """How much the server logs."""
    return os.environ.get("LOG_LEVEL", "info").lower()


# Written by the pod's preStop hook (k8s/deployment.yaml).
DRAINING = pathlib.Path("/tmp/draining")


def is_draining() -> bool:
    """True once the pod was asked to end: new connections go elsewhere, open ones should too."""
    return DRAINING.exists()
