// An online service that listens: it checks who signed each message, and does what it is asked for.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { until } from "./fill.mjs";

/** Listens on a free port and asks for webhooks there. */
export async function listen(as) {
  const actions = [];
  let secret;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    if (!isSigned(request.headers, body, secret)) return response.writeHead(401).end();
    response.writeHead(204).end();
    const { type, data } = JSON.parse(body);
    if (type !== "action.requested") return;
    actions.push(data);
    await as.service("POST", `/v1/actions/${data.action_id}/answer`, { result: "done", note: "as asked" });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${server.address().port}/webhooks`;
  const endpoint = await as.service("POST", "/v1/webhooks", { url });
  secret = Buffer.from(endpoint.secret.replace("whsec_", ""), "base64");
  return {
    /** What it was asked for because of a decision, in the order of asking, once there are so many. */
    asked: (decision, count) =>
      until(() => {
        const asked = actions.filter((action) => action.decision_id === decision);
        return asked.length >= count && asked.sort((one, other) => one.sequence - other.sequence);
      }, `${count} actions of ${decision}`),
    /** What it was asked for up to now. */
    actions: () => [...actions],
    /** Ends also the connections that Mamori keeps in its pool and on which nothing was sent. */
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function isSigned(headers, body, secret) {
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const right = Buffer.from(createHmac("sha256", secret).update(signed).digest("base64"));
  return (headers["webhook-signature"] ?? "").split(" ").some((signature) => {
    const given = Buffer.from(signature.replace("v1,", ""));
    return given.length === right.length && timingSafeEqual(given, right);
  });
}
