// Sends the answer of the sign-in provider on at once. Without this script the button does it.

document.querySelector("#returned")?.requestSubmit();
