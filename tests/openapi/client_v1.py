"""A client that was generated from the document of v1 creates a lead, chats and lists."""

import sys

from client import AuthenticatedClient
from client.api.chat import chat
from client.api.conversations import get_conversation, list_conversations
from client.api.leads import create_lead, get_lead, list_leads
from client.models import ChatRequest, ErrorBody, Lead, LeadCreate, LeadStatus

address, key = sys.argv[1:]
v1 = AuthenticatedClient(base_url=address, token=key)

made = create_lead.sync_detailed(client=v1, body=LeadCreate(email="grace@example.com", name="Grace Hopper"))
assert made.status_code == 201, made
lead = made.parsed
assert isinstance(lead, Lead) and lead.status is LeadStatus.NEW and lead.created_at.tzinfo is not None, lead

asked = ChatRequest(message="What does it cost? I am grace@example.com", visitor_id="visitor_1")
answer = chat.sync(client=v1, body=asked)
assert answer.lead_id == lead.id and answer.content, answer
answer = chat.sync(client=v1, body=ChatRequest(message="Go on", visitor_id="visitor_1", session_id=answer.session_id))

leads = list_leads.sync(client=v1, limit=10)
assert [row.id for row in leads.data] == [lead.id] and leads.pagination.total == 1, leads
conversations = list_conversations.sync(client=v1)
assert [row.id for row in conversations.data] == [answer.conversation_id], conversations
conversation = get_conversation.sync(answer.conversation_id, client=v1)
assert len(conversation.messages) == 4, conversation
assert get_lead.sync(lead.id, client=v1).email == "grace@example.com"

refused = list_leads.sync(client=v1, limit=1000)
assert isinstance(refused, ErrorBody) and refused.error.param == "limit", refused
print("created, chatted, listed")
