// In a frame: tell the page around it that this app has answered. In that page: go on once all have, or after 5 s.
"use strict";

const answered = document.querySelector("[data-signed-out]");
if (answered && window.parent !== window) {
  window.parent.postMessage("okta-harness:app-answered", window.location.origin);
}

const frames = document.querySelectorAll("[data-carrier]");
if (frames.length > 0) {
  let left = frames.length;
  let gone = false;
  const goOn = () => {
    if (!gone) {
      gone = true;
      document.getElementById("appForm").submit();
    }
  };
  window.addEventListener("message", (event) => {
    if (event.origin === window.location.origin && event.data === "okta-harness:app-answered") {
      left -= 1;
      if (left === 0) { goOn(); }
    }
  });
  setTimeout(goOn, 5000);
}
