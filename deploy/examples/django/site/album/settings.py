"""Settings of the album: the same file on both servers. What they share comes with each snapshot, from /srv/site."""
import json
from pathlib import Path

from album import backup

SITE = Path("/srv/site")
SHARED = json.loads((SITE / "config/album.json").read_text())

SECRET_KEY = (SITE / "secrets/django.key").read_text().strip()
ALLOWED_HOSTS = SHARED["hosts"] + ["127.0.0.1"]
TIME_ZONE = "UTC"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = ["album"]
MIDDLEWARE = [
    "album.backup.RefuseWrites",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
ROOT_URLCONF = "album.urls"
WSGI_APPLICATION = "album.wsgi.application"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "127.0.0.1",
        "NAME": "site",
        "USER": "site",
        # Each server has its own, so it is in no tree.
        "PASSWORD": Path("/etc/site/db.password").read_text().strip(),
        # A view that writes in a GET fails in backup mode, and leaves the standby's copy as it is.
        "OPTIONS": {"options": "-c default_transaction_read_only=" + ("on" if backup.active() else "off")},
    }
}

MEDIA_ROOT = SITE / "media"
MEDIA_URL = "/media/"
