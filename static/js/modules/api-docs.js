// Draws the API's description with Swagger UI (a global of its own file).

const holder = document.getElementById("api-docs");
holder.replaceChildren();

window.SwaggerUIBundle({
  url: holder.dataset.schema,
  domNode: holder,
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: false,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  onComplete() {
    // what it says of the whole stands outside of its main part
    const about = holder.querySelector(".information-container");
    about?.setAttribute("role", "region");
    about?.setAttribute("aria-label", document.title);
  },
});
