// Signs in with a passkey, or creates one. The server sends a challenge, and the authenticator answers
// it; this script stores nothing.

const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

async function postJson(address, value) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrf": csrf },
    body: JSON.stringify(value),
  });
  if (!answer.ok) throw new Error("refused");
  return answer.json();
}

/** Decodes the base64url fields of the challenge, which the browser takes as bytes. */
function readable(question) {
  const options = question.publicKey;
  options.challenge = toBytes(options.challenge);
  if (options.user) options.user.id = toBytes(options.user.id);
  for (const known of [...(options.allowCredentials ?? []), ...(options.excludeCredentials ?? [])]) {
    known.id = toBytes(known.id);
  }
  return { publicKey: options };
}

function answered(credential) {
  const { response } = credential;
  const parts = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) parts[part] = toText(response[part]);
  }
  return { id: credential.id, rawId: toText(credential.rawId), type: credential.type, response: parts, extensions: {} };
}

async function go(place) {
  const { passkey, begin, finish } = place.dataset;
  const name = document.querySelector(place.dataset.name ?? "#name")?.value ?? "";
  const { ceremony, question } = await postJson(begin, { name });
  const options = readable(question);
  const credential =
    passkey === "create" ? await navigator.credentials.create(options) : await navigator.credentials.get(options);
  const { next } = await postJson(finish, { ceremony, answer: answered(credential), name });
  location.assign(place.dataset.next || next);
}

for (const place of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) break;
  const status = place.querySelector("[role=status]");
  place.hidden = false;
  place.querySelector("button").addEventListener("click", async () => {
    status.textContent = "";
    try {
      await go(place);
    } catch {
      status.textContent = status.dataset.failed;
    }
  });
}
