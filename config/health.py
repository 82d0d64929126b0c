"""Signs of life: /healthz (the process answers), /readyz (everything it needs is there), /metrics (Prometheus)."""

import functools
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from config.celery import app
from config.streams import streams
from jobs.models import Job
from jobs.worker import worker_seen
from manuscripts.permissions import can

log = logging.getLogger("widemargin.health")

LOOPBACK = frozenset({"127.0.0.1", "::1"})


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 while this process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when database, migrations, queue and a worker are there, else 503 naming what is not."""
    checks = {"database": database_answers()}
    checks["migrations"] = checks["database"] and migrations_applied()
    checks["queue"] = queue_reachable()
    checks["worker"] = checks["migrations"] and worker_seen()
    fine = all(checks.values())
    response = JsonResponse({"ready": fine, "checks": checks}, status=200 if fine else 503)
    # A start asks ten times a second; "not yet" is no error for the log.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus: for a scraper on this very machine and for the operator; 404 to everyone else."""
    through_proxy = "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META
    local = request.META.get("REMOTE_ADDR") in LOOPBACK and not through_proxy
    if not local and not can(request.actor, "operator.read", None):  # type: ignore[attr-defined]
        raise Http404
    return HttpResponse(generate_latest(registry()), content_type=CONTENT_TYPE_LATEST)


def database_answers() -> bool:
    """Whether a query can be put to the database."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone())
    except DatabaseError as error:
        log.warning("the database does not answer: %s", type(error).__name__)
        return False


def migrations_applied() -> bool:
    """Whether the tables are those of this code. Once that is so it is not looked up again by this process."""
    return _applied.is_set() or _look_for_migrations()


_applied = threading.Event()


def _look_for_migrations() -> bool:
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        _applied.set()
    return _applied.is_set()


def queue_reachable() -> bool:
    """Whether a message could be sent within two seconds."""
    try:
        with app.connection_for_write() as queue:
            queue.ensure_connection(max_retries=1, timeout=2)
    except Exception as error:  # each transport has its own errors
        log.warning("the queue cannot be reached: %s", type(error).__name__)
        return False
    return True


class JobsCollector(Collector):
    """Jobs by state (those that ended: of the last day), and the age of the oldest that waits."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yesterday = timezone.now() - timedelta(days=1)
        recent = Job.objects.active() | Job.objects.filter(finished__gte=yesterday)
        counts = dict(recent.order_by().values_list("state").annotate(Count("pk")))
        states = GaugeMetricFamily("widemargin_jobs", "Jobs by state; those that ended, of one day.", labels=["state"])
        for state in Job.State.values:
            states.add_metric([state], counts.get(state, 0))
        yield states
        oldest = Job.objects.waiting().values_list("created", flat=True).first()
        waited = (timezone.now() - oldest).total_seconds() if oldest else 0.0
        yield GaugeMetricFamily("widemargin_oldest_waiting_seconds", "Age of the oldest job that waits.", waited)
        yield GaugeMetricFamily("widemargin_worker_seen", "1 if a worker was seen lately.", float(worker_seen()))


class StreamsCollector(Collector):
    """Live streams that this process holds open."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily("widemargin_live_streams", "Live streams that are open.", len(streams.open))


@functools.cache
def registry() -> CollectorRegistry:
    """What /metrics shows: this process, the jobs, the live streams."""
    figures = CollectorRegistry()
    ProcessCollector(registry=figures)
    figures.register(JobsCollector())
    figures.register(StreamsCollector())
    return figures
