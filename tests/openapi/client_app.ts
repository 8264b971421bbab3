// A client that was generated from the document of app creates a lead, chats and lists.

import createClient from "openapi-fetch";
import type { paths } from "./api.js";

declare const process: { argv: string[] };
const [address, key] = process.argv.slice(2);
const app = createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${key}` } });

function assert(holds: boolean, what: unknown): asserts holds {
  if (!holds) throw new Error(JSON.stringify(what));
}

const made = await app.POST("/api/leads", { body: { email: "grace@example.com", name: "Grace Hopper", metadata: { seats: 3 } } });
assert(made.response.status === 201 && made.data !== undefined, made.error);
const lead = made.data.lead;
const status: "new" | "qualifying" | "qualified" | "booked" | "nurturing" | "disqualified" = lead.status;
assert(status === "new" && lead.email === "grace@example.com", lead);

const first = await app.POST("/api/chat", { body: { message: "What does it cost? I am grace@example.com" } });
// The answer is whole unless a stream was asked for.
assert(first.data !== undefined && "content" in first.data && first.data.content.length > 0, first.error);
const { sessionId, visitorId } = first.data;
const second = await app.POST("/api/chat", { body: { message: "Go on", sessionId, visitorId } });
assert(second.data !== undefined && "content" in second.data && second.data.sessionId === sessionId, second);

const leads = await app.GET("/api/leads", { params: { query: { limit: 10 } } });
assert(leads.data?.leads.map((row) => row.id).join() === lead.id, leads);
const path = { id: lead.id };
const talks = await app.GET("/api/leads/{id}/conversations", { params: { path } });
assert(talks.data?.conversations.length === 1, talks);
const transcript = await app.GET("/api/chat/messages", { headers: { Authorization: `Session ${sessionId}` } });
assert(transcript.data?.messages.filter((message) => message.role === "user").length === 2, transcript);

const refused = await app.POST("/api/leads", { body: { email: "no address", name: "Grace Hopper" } });
assert(refused.data === undefined && refused.error.code === "invalid_request", refused);
console.log("created, chatted, listed");
