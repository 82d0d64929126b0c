"""Every address of the site. Each app lists its own pages."""

from django.urls import include, path

from config import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("", include("accounts.urls")),
    path("", include("api.urls_pages")),
    path("", include("api.urls")),
    path("", include("manuscripts.urls")),
    path("", include("reviews.urls")),
    path("", include("reports.urls")),
]

handler400 = "api.problems.bad_request"
handler500 = "api.problems.server_error"
