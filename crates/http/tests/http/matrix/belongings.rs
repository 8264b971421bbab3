//! One of everything that can be named, for one owner.

use serde_json::Value;
use synaptiq_domain::{
    access::{KeyKind, Permission, TenantScope},
    conversation::{Channel, VisitorId},
    event::EventKind,
    id::{Id, Kind},
    knowledge::DocumentDraft,
    lead::{Contact, LeadDraft},
    money::JsonMap,
    text::Email,
    use_cases::{
        ChatCommand, CreateKey, OnDuplicate, Services, add_document, chat, create_assistant, create_endpoint,
        create_key, create_lead,
    },
    webhook::{DeliveryQuery, EndpointDraft, Profile, SignatureScheme},
};

use super::case::Thing;

/// One of everything that can be named.
#[derive(Debug, Clone)]
pub(crate) struct Belongings {
    ids: Vec<(Thing, Named)>,
    texts: Vec<(Thing, String)>,
}

/// The bits of an id with the prefix of its kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named {
    bits: u128,
    prefix: &'static str,
}

/// One spelling of what is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spelling {
    pub(crate) text: String,
    /// Whether every byte of it is percent-encoded in an address.
    pub(crate) escaped: bool,
}

impl From<String> for Spelling {
    fn from(text: String) -> Self {
        Self { text, escaped: false }
    }
}

impl Named {
    pub(crate) fn of<K: Kind>(id: Id<K>) -> Self {
        Self { bits: id.bits(), prefix: K::PREFIX }
    }

    /// v1's form.
    pub(crate) fn prefixed(self) -> String {
        format!("{}_{}", self.prefix, self.ulid())
    }

    pub(crate) fn ulid(self) -> String {
        Id::<()>::from_bits(self.bits).ulid()
    }

    pub(crate) fn uuid(self) -> String {
        Id::<()>::from_bits(self.bits).uuid()
    }

    /// Every spelling of it that some dialect prints or reads.
    fn spellings(self) -> Vec<Spelling> {
        let (prefixed, bare, hyphenated) = (self.prefixed(), self.ulid(), self.uuid());
        let mut spellings: Vec<Spelling> = [
            format!("{}_{}", self.prefix, bare.to_lowercase()),
            bare.to_lowercase(),
            hyphenated.to_uppercase(),
            hyphenated.replace('-', ""),
            hyphenated.replace('-', "").to_uppercase(),
            hyphenated,
            bare,
            prefixed.clone(),
        ]
        .map(Spelling::from)
        .into();
        spellings.push(Spelling { text: prefixed, escaped: true });
        spellings
    }
}

impl Belongings {
    /// Makes one of everything. `word` stands in whatever the owner writes; `number` tells one
    /// set of an owner's belongings from another.
    pub(crate) async fn of(services: &Services, scope: TenantScope, word: &str, number: usize) -> Self {
        let content = TenantScope::live(scope.content());
        let (word, visitor) = (format!("{word}{number}"), format!("visitor-{word}-{number}"));
        let email = format!("{word}@example.com");
        let assistant = create_assistant(services, content, &format!("Assistant {word}"), Some(&word)).await;
        let assistant = assistant.expect("an assistant");
        let draft = EndpointDraft {
            url: "https://example.com/hook".to_owned(),
            description: Some(format!("of {word}")),
            // Everybody's first webhook is told of everything; many of those would make every write slow.
            events: if number == 0 { EventKind::ALL.to_vec() } else { vec![EventKind::LeadCreated] },
            assistant: None,
            secret: None,
            profile: Profile::Synaptiq,
            signature_scheme: SignatureScheme::Timestamped,
            active: true,
        };
        let webhook = create_endpoint(services, scope, draft.clone(), None).await.expect("an endpoint").endpoint.id;
        let draft = EndpointDraft {
            profile: Profile::Syrus,
            events: vec![EventKind::LeadQualified],
            assistant: Some(assistant.id),
            ..draft
        };
        let syrus_webhook = create_endpoint(services, scope, draft, None).await.expect("an endpoint").endpoint.id;
        let contact = Contact { email: Email::parse(&email).ok(), name: Some(word.clone()), ..Contact::default() };
        let draft = LeadDraft { contact, ..LeadDraft::default() };
        let lead = create_lead(services, scope, draft, OnDuplicate::Refuse, None).await.expect("a lead").lead.id;
        let command = ChatCommand {
            text: format!("email:{email} need=100 {word}"),
            visitor: VisitorId::parse(&visitor).ok(),
            session: None,
            metadata: JsonMap::from_iter([("page".to_owned(), Value::from(format!("/{word}")))]),
            language: None,
            channel: Channel::Api,
            assistant: Some(assistant.id),
            onlooker: None,
            greets: false,
        };
        let turn = chat(services, scope, command, None, None).await.expect("a turn");
        assert_eq!(turn.conversation.lead, Some(lead), "the conversation is the lead's");
        let delivered = services.store.list_deliveries(scope, webhook, &DeliveryQuery::default()).await;
        let delivery = delivered.expect("deliveries").items.first().expect("the lead was told of").id;
        let draft = DocumentDraft::parse(&format!("About {word}"), None, &format!("What {word} says. Common words."));
        let document = add_document(services, content, draft.expect("a document"), None).await.expect("a document").id;
        let key = CreateKey {
            name: format!("Key {word}"),
            kind: KeyKind::Live,
            permissions: [Permission::LeadsRead].into_iter().collect(),
            plan: None,
        };
        let all = synaptiq_domain::access::PermissionSet::all();
        let key = create_key(services, content, all, key, None).await.expect("a key").key.id;
        let view = services.store.tenant_view(scope).await.expect("a store").expect("a tenant");
        Self {
            ids: vec![
                (Thing::Lead, Named::of(lead)),
                (Thing::Conversation, Named::of(turn.conversation.id)),
                (Thing::Webhook, Named::of(webhook)),
                (Thing::SyrusWebhook, Named::of(syrus_webhook)),
                (Thing::Delivery, Named::of(delivery)),
                (Thing::Document, Named::of(document)),
                (Thing::Key, Named::of(key)),
                (Thing::Assistant, Named::of(assistant.id)),
                (Thing::Member, Named::of(view.members[0].id)),
                (Thing::Tenant, Named::of(scope.content())),
            ],
            texts: vec![
                (Thing::Session, turn.session),
                (Thing::Visitor, visitor),
                (Thing::Slug, assistant.slug.as_str().to_owned()),
                (Thing::Email, email),
                (Thing::Word, word),
            ],
        }
    }

    /// The usual spelling of a thing.
    pub(crate) fn text(&self, thing: Thing) -> Spelling {
        self.spellings(thing).pop().map(|last| Spelling { escaped: false, ..last }).expect("a spelling")
    }

    /// Every spelling of a thing.
    pub(crate) fn spellings(&self, thing: Thing) -> Vec<Spelling> {
        if let Some((_, named)) = self.ids.iter().find(|(known, _)| *known == thing) {
            return named.spellings();
        }
        let text = self.texts.iter().find(|(known, _)| *known == thing).map(|(_, text)| text.clone());
        vec![text.unwrap_or_else(|| panic!("no {thing:?} among the belongings")).into()]
    }

    /// What must not stand in an answer to anyone else: every id in every form, every text.
    pub(crate) fn traces(&self) -> impl Iterator<Item = String> {
        let ids = self.ids.iter().filter(|(thing, _)| *thing != Thing::Tenant);
        let ids = ids.flat_map(|(_, named)| [named.ulid(), named.uuid()]);
        ids.chain(self.texts.iter().map(|(_, text)| text.clone()))
    }
}

/// Texts that name nothing of anyone where a thing is expected. The first is well formed.
pub(crate) fn unknown(thing: Thing) -> Vec<Spelling> {
    let id = |prefix: &'static str| {
        let nobodys = Named { bits: 0x0190_0000_0000_7000_8000_0000_0000_0000, prefix };
        let mut spellings = nobodys.spellings();
        spellings.reverse();
        let strange = ["no-id", "lead_", "00000000-0000-0000-0000-000000000000", "💚", "%", "' OR '1'='1", ".."];
        spellings.extend(strange.map(|text| text.to_owned().into()));
        spellings.push("9".repeat(300).into());
        spellings
    };
    let texts = |texts: &[&str]| texts.iter().map(|text| Spelling::from((*text).to_owned())).collect();
    match thing {
        Thing::Lead => id("lead"),
        Thing::Conversation => id("conv"),
        Thing::Webhook | Thing::SyrusWebhook => id("wh"),
        Thing::Delivery => id("dlv"),
        Thing::Document => id("doc"),
        Thing::Key => id("key"),
        Thing::Assistant => id("asst"),
        Thing::Member => id("usr"),
        Thing::Tenant => id("ten"),
        Thing::Session => vec![synaptiq_testkit::fixtures::session_secret(7).reveal().to_owned().into()],
        Thing::Visitor => texts(&["visitor-of-nobody", "nobody at all"]),
        Thing::Slug => texts(&["slug-of-nobody", "No Slug!", "💚"]),
        Thing::Email => texts(&["nobody@example.com", "other@example.org"]),
        Thing::Word => texts(&["nobodyswords", "%", "_"]),
    }
}
