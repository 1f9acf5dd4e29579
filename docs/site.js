/* The theme says of menu entries that they are open, where readers' tools may not be told so; let their buttons say it. */
(function () {
  var menu = document.querySelector(".wy-menu-vertical");
  function told() {
    menu.querySelectorAll("[aria-expanded]:not(button)").forEach(function (entry) { entry.removeAttribute("aria-expanded"); });
    menu.querySelectorAll("button.toctree-expand").forEach(function (button) {
      var open = String(button.closest("li").classList.contains("current"));
      if (button.getAttribute("aria-expanded") !== open) { button.setAttribute("aria-expanded", open); }
    });
  }
  new MutationObserver(told).observe(menu, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-expanded", "class"] });
})();
