"""What every view of the API shares: parse strictly, ask the one permission engine, answer with tags and pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ErrorDetail, PermissionDenied, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from manuscripts.models import Manuscript
from manuscripts.permissions import load
from reviews.invitations import accept

from . import conditional, pagination
from .idempotency import once
from .parsing import Body, JSONParser, Nothing

SAFE = {"GET", "HEAD"}
KEPT = "private, no-cache"  # a browser may keep it, and must ask before each use


class ApiView(APIView):
    """Base of all views.

    `params` are the query parameters GET knows; `needs` the scope of a method where it is not read for GET and write
    for the rest. Where the address names a manuscript it stands in `self.manuscript`, loaded before anything is done
    (404 for those who may not know of it); where it names an object of `model`, in `self.object`.
    """

    parser_classes = [JSONParser]
    metadata_class = None
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    params: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[dict[str, str]] = {}
    model: ClassVar[type[Model] | None] = None
    read: ClassVar[str] = ""
    cache_control: ClassVar[str] = ""
    object: Any = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method.lower() not in self.http_method_names or not hasattr(self, request.method.lower()):
            return  # the answer is 405
        if request.method not in SAFE and not request.content_type.startswith("multipart/"):
            request.body  # noqa: B018  read now, so that its limit holds
        self._check_scope(request)
        self._check_params(request)
        self._find(request, kwargs)
        self._accept(request)
        if request.method == "POST":
            self.post = self._once(self.post)

    def _check_scope(self, request: Request) -> None:
        if request.auth is None:
            return
        needed = self.needs.get(request.method, "read" if request.method in SAFE else "write")
        if needed not in request.actor.scopes:
            raise PermissionDenied(_("This token lacks the scope “%s”.") % needed, code="scope")

    def _check_params(self, request: Request) -> None:
        strays = set(request.query_params) - self.params
        if strays:
            unknown = ErrorDetail(_("There is no such parameter."), "unknown_filter")
            raise ValidationError({name: [unknown] for name in sorted(strays)})
        for name, values in request.query_params.lists():
            if any("\x00" in value for value in values):
                raise ValidationError({name: [_("This cannot be a value.")]})

    def _find(self, request: Request, kwargs: dict[str, Any]) -> None:
        if any("\x00" in str(value) for value in kwargs.values()):
            raise Http404
        if "slug" in kwargs:
            self.manuscript = load(Manuscript, request.actor, "manuscript.read", slug=kwargs["slug"])
        if self.model is not None:
            self.object = load(self.rows(), request.actor, self.read, **self.lookup(kwargs))

    def _accept(self, request: Request) -> None:
        """A first write of someone invited says yes to the invitation."""
        subject = self.manuscript if "slug" in self.kwargs else getattr(self.object, "manuscript", None)
        me = request.actor.membership_in(subject) if subject else None
        if request.method not in SAFE and me is not None and me.accepted is None:
            me.accepted = accept(me, request.user).accepted

    def rows(self) -> QuerySet:
        """Where `self.object` is looked for."""
        return self.model._default_manager.all()

    def lookup(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Which object of `rows` the address names. Ids are opaque: only their canonical form is one."""
        if not (kwargs["pk"].isascii() and kwargs["pk"].isdecimal()):
            raise Http404
        return {"pk": kwargs["pk"]}

    def _once(self, post: Callable[..., Response]) -> Callable[..., HttpResponseBase]:
        return lambda request, *args, **kwargs: once(
            request, lambda: post(request, *args, **kwargs), self.keep, self.renew
        )

    def keep(self, data: Any) -> Any:
        """What is stored of an answer under an Idempotency-Key: nothing that opens anything."""
        return data

    def renew(self, data: Any) -> Any:
        """A stored answer as it is given again."""
        return data

    def body(self, shape: type[Body] = Nothing, **options: Any) -> Any:
        """The validated body; ValidationError naming each field at fault."""
        serializer = shape(data=self.request.data, context={"view": self}, **options)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def page(
        self,
        rows: QuerySet,
        represent: Callable[[list[Any]], list[dict]],
        order: tuple[str, ...] = ("created", "pk"),
    ) -> Response:
        """One page of a list."""
        found, following = pagination.page(self.request, rows, order)
        return Response({"next": following, "results": represent(found)})

    def url(self, name: str, *args: Any) -> str:
        """The absolute address of a view of this API."""
        return reverse(f"api:{name}", args=args, request=self.request)

    def absolute(self, path: str | None) -> str | None:
        """A path of this site as an address."""
        return self.request.build_absolute_uri(path) if path else path

    def started(self, url: str, job_id: str, **more: Any) -> Response:
        """202: a job has begun; `url` is what will hold its outcome."""
        job = self.url("job", job_id)
        return Response({**more, "url": url, "job": job}, status=202, headers={"Location": job})

    def finalize_response(self, request, response, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Authorization"])
        tagged = request.method in {"GET", "HEAD", "PATCH"} and response.status_code == 200
        if not tagged or not isinstance(response, Response):
            return response
        if self.cache_control:
            response["Cache-Control"] = self.cache_control
        return conditional.tag_response(request, response)


class NotHere(APIView):
    """404 as a problem document at every address under /api/ that is none."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []
    schema = None

    def dispatch(self, request, *args: Any, **kwargs: Any) -> HttpResponse:
        self.args, self.kwargs, self.headers = args, kwargs, {}
        self.request = self.initialize_request(request)
        return self.finalize_response(self.request, self.handle_exception(Http404()))
