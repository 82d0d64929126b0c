"""Whose token this is."""

from rest_framework.request import Request
from rest_framework.response import Response

from .. import shapes
from ..schema import described
from ..views import ApiView


class Me(ApiView):
    @described("Whose token this is", answer=shapes.Me)
    def get(self, request: Request) -> Response:
        token = request.auth
        return Response(
            {
                "email": token.user.email,
                "scopes": [scope for scope in ("read", "write", "admin") if scope in token.scopes],
                "manuscript": token.manuscript.slug if token.manuscript else None,
            }
        )
