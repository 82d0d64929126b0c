/* A form whose button asks the browser for a passkey and sends what it gives. Hidden where none can be used: passkeys
   need https and an address with a name (http://localhost counts).

   <form data-module="passkey" data-options="ID of a JSON script" data-failed="...">  makes one
   <form data-module="passkey" action="..." data-failed="...">                        signs in; options are fetched */

import { start } from "../app.js";

const usable =
  isSecureContext &&
  !/^[\d.]+$|^\[/.test(location.hostname) &&
  typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";

async function make(form) {
  const options = JSON.parse(document.getElementById(form.dataset.options).textContent);
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
}

async function use(form) {
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const { request_options: options } = await answer.json();
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey) });
}

start("passkey", (form) => {
  if (!usable) return;
  const button = form.querySelector("button");
  const error = form.querySelector(".error[hidden]");
  form.hidden = button.hidden = false;
  form.querySelector("[data-lacking]")?.remove();
  button.addEventListener("click", async () => {
    error.hidden = true;
    button.disabled = true;
    try {
      const credential = await (form.dataset.options ? make(form) : use(form));
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      error.textContent = form.dataset.failed;
      error.hidden = false;
      button.disabled = false;
    }
  });
});
