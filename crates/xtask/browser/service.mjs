// An online service that receives webhooks: it verifies each signature and answers each action with `done`.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { until } from "./fill.mjs";

/** Listens on a free port, and registers it as an endpoint for webhooks. */
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
    await as.service("POST", `/v1/actions/${data.action_id}/answer`, { result: "done", note: "as requested" });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${server.address().port}/webhooks`;
  const endpoint = await as.service("POST", "/v1/webhooks", { url });
  secret = Buffer.from(endpoint.secret.replace("whsec_", ""), "base64");
  return {
    /** Waits for `count` actions of a decision, and returns them in the order of their requests. */
    requested: (decision, count) =>
      until(() => {
        const requested = actions.filter((action) => action.decision_id === decision);
        return requested.length >= count && requested.sort((one, other) => one.sequence - other.sequence);
      }, `${count} actions of ${decision}`),
    /** The actions requested so far. */
    actions: () => [...actions],
    /** Stops the server, and closes the idle connections in the pool of Mamori too. */
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
