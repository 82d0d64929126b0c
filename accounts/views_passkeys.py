"""Adding and removing a passkey. The steps are allauth's; the pages and what is asked of the browser are ours."""

from allauth.mfa.webauthn import views as allauth
from allauth.mfa.webauthn.internal import auth
from django.contrib.auth.decorators import login_required
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator


@method_decorator(login_required, name="dispatch")
class AddPasskey(allauth.AddWebAuthnView):
    template_name = "accounts/passkey_add.html"
    success_url = reverse_lazy("account")

    def get_context_data(self, **kwargs) -> dict:
        """`options`: what the browser is to make, a key that finds its account by itself and asks for the person."""
        context = super().get_context_data(**kwargs)
        context["options"] = dict(auth.begin_registration(self.request.user, passwordless=True)["publicKey"])
        return context

    def get_success_url(self) -> str:
        return str(self.success_url)


@method_decorator(login_required, name="dispatch")
class RemovePasskey(allauth.RemoveWebAuthnView):
    template_name = "accounts/passkey_remove.html"
    success_url = reverse_lazy("account")


add_passkey = AddPasskey.as_view()
remove_passkey = RemovePasskey.as_view()
