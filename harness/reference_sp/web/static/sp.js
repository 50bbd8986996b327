// Comfort only: every page works without this script.
"use strict";
for (const form of document.querySelectorAll("form[data-autosubmit]")) form.submit();
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
    } catch {
      document.execCommand("copy");
    }
  });
}
