#!/usr/bin/python3
"""The commands of the album."""
import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "album.settings")
execute_from_command_line(sys.argv)
