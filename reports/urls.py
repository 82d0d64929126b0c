"""Addresses of what is compiled from the readers' words."""

from django.urls import path

from . import views, views_home, views_quotes, views_schedules, views_share, views_show

urlpatterns = [
    path("m/<slug:slug>/", views_home.manuscript, name="manuscript"),
    path("m/<slug:slug>/reports/", views.reports, name="reports"),
    path("m/<slug:slug>/reports/preview/", views.report_preview, name="report_preview"),
    path("m/<slug:slug>/reports/<int:pk>/", views.report, name="report"),
    path("m/<slug:slug>/reports/<int:pk>/cancel/", views.report_cancel, name="report_cancel"),
    path("m/<slug:slug>/reports/<int:pk>/delete/", views.report_delete, name="report_delete"),
    path("m/<slug:slug>/reports/<int:pk>/again/", views.report_again, name="report_again"),
    path("m/<slug:slug>/reports/choices/", views_schedules.schedule_keep, name="schedule_keep"),
    path("m/<slug:slug>/reports/choices/<int:pk>/", views_schedules.schedule, name="schedule"),
    path("m/<slug:slug>/reports/choices/<int:pk>/now/", views_schedules.schedule_now, name="schedule_now"),
    path("m/<slug:slug>/reports/choices/<int:pk>/stop/", views_schedules.schedule_stop, name="schedule_stop"),
    path("m/<slug:slug>/reports/choices/<int:pk>/delete/", views_schedules.schedule_delete, name="schedule_delete"),
    path("m/<slug:slug>/reports/choices/<int:pk>/mail/", views_schedules.schedule_mail, name="schedule_mail"),
    path("m/<slug:slug>/reports/<int:pk>/share/", views_share.report_share, name="report_share"),
    path("m/<slug:slug>/reports/<int:pk>/share/<int:link>/stop/", views_share.share_stop, name="share_stop"),
    path("m/<slug:slug>/reports/<int:pk>/show/", views_show.report_show, name="report_show"),
    path("m/<slug:slug>/notes/<int:pk>/quote/", views_quotes.note_quote, name="note_quote"),
    path("s/<str:token>/", views_share.shared, name="shared"),
    path("m/<slug:slug>/reports/<int:pk>/files/<slug:name>/", views.report_file, name="report_file"),
]
