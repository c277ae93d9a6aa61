from django.db import models


class Picture(models.Model):
    """A picture that a visitor uploaded. Django writes the file before the row that names it, as a snapshot needs it."""

    title = models.CharField(max_length=200)
    file = models.FileField(upload_to="%Y/%m", max_length=200)
    added = models.DateTimeField(auto_now_add=True)


class Tally(models.Model):
    """How many pictures there were on a day: what the job writes."""

    day = models.DateField(unique=True)
    pictures = models.IntegerField()
