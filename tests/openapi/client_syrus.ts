// A client that was generated from the document of syrus lists, reads, and makes a webhook.

import createClient from "openapi-fetch";
import type { paths } from "./api.js";

declare const process: { argv: string[] };
const [address, key] = process.argv.slice(2);
const syrus = createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${key}` } });

function assert(holds: boolean, what: unknown): asserts holds {
  if (!holds) throw new Error(JSON.stringify(what));
}

const leads = await syrus.GET("/syrus/api/v1/leads");
assert(leads.data?.data.length === 1, leads);
const path = { id: leads.data.data[0]!.id };
const lead = await syrus.GET("/syrus/api/v1/leads/{id}", { params: { path } });
assert(lead.data !== undefined, lead.error);
const conversations = await syrus.GET("/syrus/api/v1/conversations");
assert(conversations.data?.data.length === 1, conversations);
const talk = await syrus.GET("/syrus/api/v1/conversations/{id}", {
  params: { path: { id: conversations.data.data[0]!.id } },
});
assert(talk.data !== undefined, talk.error);

const made = await syrus.POST("/syrus/api/v1/webhooks", {
  body: { url: "https://crm.example.com/webhook", events: ["lead_qualified"] },
});
assert(made.response.status === 201 && made.data !== undefined, made.error);
const webhooks = await syrus.GET("/syrus/api/v1/webhooks");
assert(webhooks.data?.data.length === 1, webhooks);

const missing = await syrus.GET("/syrus/api/v1/leads/{id}", { params: { path: { id: "unknown" } } });
assert(missing.data === undefined && missing.error.error.code === "not_found", missing);
console.log("listed, read, made a webhook");
