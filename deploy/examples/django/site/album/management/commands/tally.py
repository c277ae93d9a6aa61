from django.utils import timezone

from album.backup import Job
from album.models import Picture, Tally


class Command(Job):
    help = "Notes how many pictures there are today."

    def work(self, *args, **options):
        pictures = Picture.objects.count()
        Tally.objects.update_or_create(day=timezone.now().date(), defaults={"pictures": pictures})
        self.stdout.write(f"{pictures} pictures")
