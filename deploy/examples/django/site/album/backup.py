"""Backup mode: while the marker is there, another server is the primary, and this one changes nothing.

A site takes part with three things: settings that make the database's sessions read only, the middleware below, and
jobs that are a Job.
"""
from pathlib import Path

from django.core.management.base import BaseCommand
from django.http import HttpResponse

MARKER = Path("/srv/site/BACKUP")
SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}

# The agent writes and removes the marker, and restarts the site after that. What was started in backup mode stays in
# it until then: its sessions are read only.
STARTED_IN_BACKUP_MODE = MARKER.exists()


def active():
    """Whether this site is in backup mode. The marker is looked at each time: a switchover writes it before it stops the site."""
    return STARTED_IN_BACKUP_MODE or MARKER.exists()


class RefuseWrites:
    """The first middleware: in backup mode each request that may write gets a 503."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in SAFE_METHODS and active():
            refused = HttpResponse("This server is a standby and takes no changes.\n", status=503, content_type="text/plain")
            refused["Retry-After"] = "60"
            return refused
        return self.get_response(request)


class Job(BaseCommand):
    """A command that changes something, run by cron: in backup mode it does nothing, and that is no failure."""

    def handle(self, *args, **options):
        if active():
            self.stdout.write("backup mode: nothing was done")
        else:
            self.work(*args, **options)

    def work(self, *args, **options):
        raise NotImplementedError
