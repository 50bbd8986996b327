// Comfort only: every page works without this file.
"use strict";

// Copy buttons appear next to read-only fields.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.select();
      document.execCommand("copy");
    }
    const before = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = before; }, 1500);
  });
}

// Single Logout and Signed Requests are offered once there is a Signature Certificate.
const certificate = document.querySelector("#sp_certificate[data-reveals]");
if (certificate) {
  const dependent = document.querySelectorAll(certificate.dataset.reveals);
  const show = () => {
    const there = certificate.dataset.present === "true" || certificate.files.length > 0;
    for (const field of dependent) {
      const used = field.querySelector("input:checked, [aria-invalid=true]");
      field.hidden = !there && !used;
    }
  };
  certificate.addEventListener("change", show);
  show();
}

// The summary says what a click does next.
for (const details of document.querySelectorAll("details[data-open-label]")) {
  const summary = details.querySelector("summary");
  const closed = summary.textContent;
  const name = () => { summary.textContent = details.open ? details.dataset.openLabel : closed; };
  details.addEventListener("toggle", name);
  name();
}
