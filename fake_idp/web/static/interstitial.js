// Sends the sign-in answer on to the app. Okta waits 1.2 s here; tests should not.
"use strict";
document.getElementById("appForm").submit();
