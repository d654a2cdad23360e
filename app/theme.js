// The theme before the first paint: the stored choice, or else the system's. The app keeps both in step (theme.rs).
(function () {
  try {
    var theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark" || theme === "contrast") document.documentElement.dataset.theme = theme;
  } catch (error) {
    // No storage: the system's theme it is.
  }
})();
