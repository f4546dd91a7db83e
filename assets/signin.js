/* Sign-in: the password can be read before it is sent, and is hidden again when it is. */
(function () {
  "use strict";
  var button = document.getElementById("show-password");
  var field = document.getElementById("password");

  function show(isShown) {
    field.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", String(isShown));
  }

  button.hidden = false;
  button.addEventListener("click", function () { show(field.type === "password"); });
  field.form.addEventListener("submit", function () { show(false); });
  addEventListener("pageshow", function () { show(false); });
})();
