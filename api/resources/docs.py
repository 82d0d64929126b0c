"""The description of the API for machines, and as a page for people."""

from functools import cache

from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from ..schema import ABOUT, TAGS
from ..views import ApiView


class SchemaView(ApiView):
    """OpenAPI 3.1 as JSON, or YAML where that is asked for. Open to everyone: it holds nothing of any manuscript."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer]
    cache_control = "no-cache"
    schema = None

    def get(self, request: Request) -> Response:
        return Response(description())


@cache
def description() -> dict:
    """The schema; it changes with the code only."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    schema["info"]["description"] = ABOUT
    schema["tags"] = [{"name": name} for name in TAGS.values()]
    return schema


class DocsPage(TemplateView):
    """The schema drawn by Swagger UI, from files of this site."""

    http_method_names = ("get", "head")

    template_name = "api/docs.html"
