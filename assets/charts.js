// Asks for a chart's figure when its box comes into view, and again when the theme changes.
(function () {
  "use strict";
  var theme = function () { return document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light"; };
  var asked = new WeakMap();
  var ask = function (box) {
    var id = box.dataset.chart;
    if (!id || asked.get(box) === theme() || !window.dash_clientside || !window.dash_clientside.set_props) { return; }
    asked.set(box, theme());
    window.dash_clientside.set_props(id + "-seen", { data: theme() });
  };
  var eye = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) { if (entry.isIntersecting) { ask(entry.target); } });
  }, { rootMargin: "160px" });
  var watched = new WeakSet();
  var watch = function () {
    document.querySelectorAll("[data-chart]").forEach(function (box) {
      if (!watched.has(box)) { watched.add(box); eye.observe(box); }
    });
  };
  var queued = false;
  new MutationObserver(function () {
    if (queued) { return; }
    queued = true;
    requestAnimationFrame(function () { queued = false; watch(); });
  }).observe(document.documentElement, { childList: true, subtree: true });
  new MutationObserver(function () {
    document.querySelectorAll("[data-chart]").forEach(function (box) {
      if (asked.has(box)) { ask(box); }
    });
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
  watch();
})();

// A click on a bar opens its period: the figure carries the addresses as customdata.
(function () {
  "use strict";
  var go = function (href) {
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  };
  var attach = function () {
    document.querySelectorAll(".chart-graph .js-plotly-plot").forEach(function (plot) {
      if (plot.dataset.clicks || !plot.on || !plot.data || !plot.data.some(function (t) { return t.customdata; })) { return; }
      plot.dataset.clicks = "1";
      plot.closest(".chart-graph").classList.add("clickable");
      plot.on("plotly_click", function (event) {
        var point = event.points.find(function (p) { return typeof p.customdata === "string" && p.customdata[0] === "/"; });
        if (point) { go(point.customdata); }
      });
    });
  };
  new MutationObserver(function () { requestAnimationFrame(attach); }).observe(document.documentElement, { childList: true, subtree: true });
})();

// The overview asks for its live status only while somebody can see it.
(function () {
  "use strict";
  document.addEventListener("visibilitychange", function () {
    if (!document.getElementById("dashboard-live") || !window.dash_clientside || !window.dash_clientside.set_props) { return; }
    window.dash_clientside.set_props("dashboard-clock", { disabled: document.hidden });
  });
})();
