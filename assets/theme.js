/* Runs before the first paint: without a choice of the reader's, the system's theme. */
(function () {
  var root = document.documentElement;
  if (!root.dataset.bsTheme) {
    root.dataset.bsTheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
})();
