// Signs in with a passkey, or adds one. The server asks, the device answers; nothing is kept here.

const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

async function ask(address, value) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrf": csrf },
    body: JSON.stringify(value),
  });
  if (!answer.ok) throw new Error("refused");
  return answer.json();
}

function answered(credential) {
  const { response } = credential;
  const parts = { clientDataJSON: toText(response.clientDataJSON) };
  if (response.attestationObject) parts.attestationObject = toText(response.attestationObject);
  if (response.authenticatorData) parts.authenticatorData = toText(response.authenticatorData);
  if (response.signature) parts.signature = toText(response.signature);
  if (response.userHandle) parts.userHandle = toText(response.userHandle);
  return { id: credential.id, rawId: toText(credential.rawId), type: credential.type, response: parts, extensions: {} };
}

async function enter() {
  const name = document.querySelector("#name")?.value ?? "";
  const { ceremony, question } = await ask("/console/sign-in/passkey/begin", { name });
  const options = question.publicKey;
  options.challenge = toBytes(options.challenge);
  for (const known of options.allowCredentials ?? []) known.id = toBytes(known.id);
  const credential = await navigator.credentials.get({ publicKey: options });
  const { next } = await ask("/console/sign-in/passkey/finish", { ceremony, answer: answered(credential) });
  location.assign(next);
}

const place = document.querySelector("[data-passkey=enter]");
if (place && window.PublicKeyCredential) {
  const said = place.querySelector("[role=status]");
  place.hidden = false;
  place.querySelector("button").addEventListener("click", async () => {
    said.textContent = "";
    try {
      await enter();
    } catch {
      said.textContent = said.dataset.failed;
    }
  });
}
