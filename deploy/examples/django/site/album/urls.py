from django.conf import settings
from django.urls import path
from django.views.static import serve

from album import views

urlpatterns = [
    path("", views.index, name="index"),
    path("pictures", views.upload, name="upload"),
    path("health", views.health, name="health"),
    # Few visitors come, so no web server is needed in front for the files.
    path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}),
]
