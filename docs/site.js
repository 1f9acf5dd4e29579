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
/* The menu's own button says whether the menu is open. */
(function () {
  var side = document.querySelector(".wy-nav-side"), button = document.querySelector(".wy-nav-top button");
  new MutationObserver(function () { button.setAttribute("aria-expanded", String(side.classList.contains("shift"))); }).observe(side, { attributes: true, attributeFilter: ["class"] });
})();
/* A link to the search's page says in a folder what the menu says there, and does not go on searching. */
(function () {
  var results = document.getElementById("mkdocs-search-results");
  if (results && document.documentElement.classList.contains("from-folder")) {
    results.textContent = document.querySelector(".no-search").textContent;
  }
})();
