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
});
