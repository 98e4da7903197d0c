// Stores the name of the browser's time zone in a cookie, so that the next page shows its times in that
// zone. A staff member's own setting goes before it.

const NAME = "mamori-zone";
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
const known = document.cookie.split("; ").find((pair) => pair.startsWith(`${NAME}=`));
if (/^[A-Za-z0-9_+/-]{1,64}$/.test(zone) && known !== `${NAME}=${zone}`) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${NAME}=${zone}; Path=/console; Max-Age=31536000; SameSite=Strict${secure}`;
}
for (const field of document.querySelectorAll("[data-zone]")) field.placeholder = zone;
