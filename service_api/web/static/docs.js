// The API's documentation, drawn by Swagger UI; it asks nobody outside this host.
window.addEventListener("DOMContentLoaded", () => {
  SwaggerUIBundle({ url: "/openapi.json", dom_id: "#api", validatorUrl: null, deepLinking: true });
});
