/* What React and Dash leave out: links without reload, focus after navigation, menus, current links, messages. */
(function () {
  "use strict";
  var shown = null;
  var lastUsed = null;
  var scheduled = false;

  /* ----- links: html.A[data-soft] behaves like dcc.Link, and keeps its ARIA attributes ----- */
  function follow(event) {
    var link = event.target.closest("a[data-soft]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    closeMenus(null);
    history.pushState({}, "", link.href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  /* ----- focus: a new page begins at its heading; the same page goes on where the reader was ----- */
  function signature(element) {
    var region = element.closest("nav[aria-label], [id], section");
    return {
      id: element.id,
      region: region && (region.getAttribute("aria-label") || region.id),
      words: element.getAttribute("aria-label") || element.textContent.trim(),
      place: place(element),
    };
  }

  /* In the period bar the words change with the period ("Previous: August"), the places do not. */
  function place(element) {
    var bar = element.closest(".period-bar");
    return bar ? Array.prototype.indexOf.call(bar.querySelectorAll("a, button, summary"), element) : -1;
  }

  function find(mark) {
    if (mark.id) return document.getElementById(mark.id);
    var bar = document.querySelector(".period-bar");
    if (mark.place >= 0 && bar) return bar.querySelectorAll("a, button, summary")[mark.place];
    var links = document.querySelectorAll("main a[href], main button, main summary");
    return Array.prototype.find.call(links, function (link) {
      var other = signature(link);
      return other.words === mark.words && other.region === mark.region;
    });
  }

  function pageArrived() {
    var heading = document.querySelector("main h1");
    var before = shown;
    shown = location.pathname + " " + (heading ? heading.textContent : "");
    if (before === null) return;
    if (shown !== before) startAtHeading(); else goOn();
  }

  function startAtHeading() {
    var heading = document.querySelector("main h1") || document.getElementById("main");
    window.scrollTo(0, 0);
    if (!heading) return;
    heading.setAttribute("tabindex", "-1");
    heading.focus({ preventScroll: true });
    setTimeout(function () { announce(document.title); }, 150);
  }

  function goOn() {
    if (document.activeElement && document.activeElement !== document.body) return;
    var element = lastUsed && find(lastUsed);
    if (element) element.focus({ preventScroll: true });
  }

  function announce(text) {
    var region = document.getElementById("shell-announcer");
    if (region) region.textContent = text;
  }

  /* ----- menus: details.pop ----- */
  function closeMenus(except) {
    document.querySelectorAll("details.pop[open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }

  document.addEventListener("click", function (event) {
    var control = event.target.closest("a, button, summary");
    if (control) lastUsed = signature(control);
    closeMenus(event.target.closest("details.pop"));
    follow(event);
    var close = event.target.closest(".toast-close");
    if (close) close.closest(".toast-p").hidden = true;
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var menu = document.querySelector("details.pop[open]");
    if (!menu) return;
    closeMenus(null);
    menu.querySelector("summary").focus();
  });

  /* ----- attributes that dcc and dbc components cannot carry ----- */
  function mirror() {
    scheduled = false;
    document.querySelectorAll("a.is-current:not([aria-current]), a.nav-link.active:not([aria-current])").forEach(function (link) {
      link.setAttribute("aria-current", "page");
      link.dataset.mirrored = "";
    });
    document.querySelectorAll("a[data-mirrored]:not(.is-current):not(.active)").forEach(function (link) {
      link.removeAttribute("aria-current");
      delete link.dataset.mirrored;
    });
    document.querySelectorAll(".is-invalid").forEach(describe);
  }

  function describe(control) {
    control.setAttribute("aria-invalid", "true");
    var words = control.parentElement.querySelector(".invalid-feedback");
    if (!words) return;
    if (!words.id) words.id = (control.id || "field") + "-problem";
    control.setAttribute("aria-describedby", words.id);
  }

  function watchToasts(records) {
    records.forEach(function (record) {
      if (record.target.id !== "shell-toasts") return;
      record.addedNodes.forEach(function (toast) {
        setTimeout(function () { toast.hidden = true; }, 6000);
      });
    });
  }

  new MutationObserver(function (records) {
    watchToasts(records);
    if (records.some(function (record) { return record.target.id === "_pages_content"; })) pageArrived();
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(mirror);
  }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });
})();
