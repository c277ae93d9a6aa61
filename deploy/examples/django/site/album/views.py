from django import forms
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from album import backup
from album.models import Picture


class PictureForm(forms.ModelForm):
    class Meta:
        model = Picture
        fields = ["title", "file"]


@require_safe
def index(request):
    pictures = Picture.objects.order_by("-id")[:50]
    return render(request, "album/index.html", {"pictures": pictures, "form": PictureForm(), "standby": backup.active()})


@require_POST
def upload(request):
    form = PictureForm(request.POST, request.FILES)
    if not form.is_valid():
        pictures = Picture.objects.order_by("-id")[:50]
        return render(request, "album/index.html", {"pictures": pictures, "form": form}, status=400)
    form.save()
    return redirect("index")


@require_safe
def health(request):
    """Answers 200 when the database does. By the mode the other server's agent sees which of the two is in production."""
    mode = "standby" if backup.active() else "primary"
    return JsonResponse({"mode": mode, "pictures": Picture.objects.count()}, json_dumps_params={"separators": (",", ":")})
