/* The session and what the reader chose: expired sign-in, theme, sidebar, forms that return here. */
(function () {
  "use strict";
  var root = document.documentElement;
  var RELOADED = "portal-reloaded";

  function here() { return location.pathname + location.search; }

  function remember(name, value) {
    var secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = name + "=" + value + "; Path=/; Max-Age=31536000; SameSite=Lax" + secure;
  }

  /* Dash only writes a 401 to the console. The promise stays open: the page is leaving anyway. */
  var plainFetch = window.fetch;
  window.fetch = function (resource, options) {
    var address = new URL(typeof resource === "string" ? resource : resource.url, location.href);
    var answer = plainFetch.call(this, resource, options);
    if (address.origin !== location.origin || address.pathname.indexOf("/_dash") !== 0) return answer;
    return answer.then(function (response) {
      if (response.status === 401) {
        location.assign("/login?next=" + encodeURIComponent(here()));
        return new Promise(function () {});
      }
      if (response.status === 404 || response.status === 403) return reloadOnce(response);
      if (response.ok) sessionStorage.removeItem(RELOADED);
      return response;
    });
  };

  /* A tab from before a new release asks for callbacks that are gone: load the new page, once.
     What is not the viewer's comes with its sentence, which Dash draws only from a 200. */
  function reloadOnce(response) {
    return response.clone().json().then(function (body) {
      if (body.error === "unknown_callback" && !sessionStorage.getItem(RELOADED)) {
        sessionStorage.setItem(RELOADED, "1");
        location.reload();
        return new Promise(function () {});
      }
      return body.response ? new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } }) : response;
    }, function () { return response; });
  }

  function setTheme(theme) {
    root.dataset.bsTheme = theme;
    remember("portal_theme", theme);
    document.dispatchEvent(new CustomEvent("portal:theme", { detail: theme }));
  }

  function setRail(isRail) {
    if (isRail) root.dataset.side = "rail"; else delete root.dataset.side;
    remember("portal_side", isRail ? "rail" : "wide");
    var button = document.getElementById("shell-rail");
    if (button) button.setAttribute("aria-pressed", String(isRail));
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("#shell-theme, #shell-rail");
    if (!button) return;
    if (button.id === "shell-theme") setTheme(root.dataset.bsTheme === "dark" ? "light" : "dark");
    else setRail(root.dataset.side !== "rail");
  });

  document.addEventListener("submit", function (event) {
    var field = event.target.querySelector("input.js-here");
    if (field) field.value = here();
  }, true);
})();
