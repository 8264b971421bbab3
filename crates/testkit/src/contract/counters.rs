//! Promises of the daily counters.
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use synaptiq_domain::{
    access::TenantScope,
    analytics::{CounterKey, DayFigures, Difference, Figures, Recount},
    changes::{Change, Changes},
    conversation::{Channel, Conversation},
    lead::{FirstConversation, Lead, LeadSource, LeadStatus, Score, StatusChange},
    money::Money,
    time::{Day, Timestamp},
};

use crate::{
    contract::{Trial, dice::Dice},
    fixtures::{self, at},
};

const EVER: (Day, Day) = (Day(i32::MIN), Day(i32::MAX));

/// The counters of a scope that are not zero.
async fn figures(trial: &Trial, scope: TenantScope) -> Vec<DayFigures> {
    let all = trial.store.daily_figures(scope, EVER.0, EVER.1).await.expect("a read");
    all.into_iter().filter(|counter| !counter.figures.is_zero()).collect()
}

async fn recount(trial: &Trial) -> Recount {
    trial.store.recount(trial.scope()).await.expect("a read")
}

/// Noon of the `n`th day after the fixtures' beginning.
fn noon(n: i64) -> Timestamp {
    Timestamp::from_micros(at(0).day().start().micros()).plus(time::Duration::days(n) + time::Duration::hours(12))
}

fn of_lead(n: i64, channel: Option<Channel>, source: LeadSource, figures: Figures) -> DayFigures {
    DayFigures { key: CounterKey { day: noon(n).day(), channel, source: Some(source) }, figures }
}

fn of_conversation(n: i64, channel: Channel, figures: Figures) -> DayFigures {
    DayFigures { key: CounterKey { day: noon(n).day(), channel: Some(channel), source: None }, figures }
}

/// A lead that another system created on day 0 and that never chatted.
fn bare_lead(n: u32) -> Lead {
    Lead {
        source: LeadSource::Api,
        first_conversation: None,
        created_at: noon(0),
        status_history: vec![StatusChange { status: LeadStatus::New, at: noon(0) }],
        score: Score::clamped(40),
        ..fixtures::lead(n)
    }
}

pub async fn what_happens_counts_on_the_day_it_happened_under_its_channel_and_source(trial: &Trial) {
    let whatsapp = FirstConversation { channel: Channel::Whatsapp, at: noon(0) };
    let lead = Lead {
        source: LeadSource::Chat,
        first_conversation: Some(whatsapp),
        qualified_at: Some(noon(1)),
        estimated_deal_size: Some(Money::from_major(500)),
        status_history: [
            (LeadStatus::New, 0),
            (LeadStatus::Qualified, 1),
            (LeadStatus::Booked, 2),
            (LeadStatus::Lost, 3),
            (LeadStatus::Booked, 4),
            (LeadStatus::Converted, 5),
        ]
        .map(|(status, day)| StatusChange { status, at: noon(day) })
        .into(),
        ..bare_lead(1)
    };
    trial.add_lead(lead).await;
    trial.add_lead(bare_lead(2)).await;
    let talk = Conversation {
        channel: Channel::Whatsapp,
        started_at: noon(0),
        responses: 2,
        response_millis: 1_500,
        was_handed_off: true,
        ..trial.conversation(1)
    };
    trial.add_conversation(talk, 5).await;
    let chat = |day, figures| of_lead(day, Some(Channel::Whatsapp), LeadSource::Chat, figures);
    let none = Figures::default();
    let expected = [
        of_lead(0, None, LeadSource::Api, Figures { leads: 1, score_sum: 40, ..none }),
        of_conversation(
            0,
            Channel::Whatsapp,
            Figures { conversations: 1, messages: 5, responses: 2, response_millis: 1_500, handoffs: 1, ..none },
        ),
        chat(0, Figures { leads: 1, score_sum: 40, ..none }),
        chat(1, Figures { qualified: 1, pipeline: 50_000, ..none }),
        chat(2, Figures { booked: 1, ..none }),
        chat(5, Figures { converted: 1, ..none }),
    ];
    assert_eq!(figures(trial, trial.scope()).await, expected, "in the order of keys");
}

pub async fn a_change_counts_as_the_difference_and_a_late_one_on_the_day_it_belongs_to(trial: &Trial) {
    let new = trial.add_lead(bare_lead(1)).await;
    let mut later = new.clone();
    later.score = Score::clamped(90);
    later.estimated_deal_size = None;
    later.move_to(LeadStatus::Qualified, noon(3));
    let qualified = trial.change_lead(new, later).await;
    let lead = |day, figures| of_lead(day, None, LeadSource::Api, figures);
    let none = Figures::default();
    let expected =
        [lead(0, Figures { leads: 1, score_sum: 90, ..none }), lead(3, Figures { qualified: 1, pipeline: 0, ..none })];
    assert_eq!(figures(trial, trial.scope()).await, expected);
    // A first conversation that began before moves all of it to another channel.
    let mut met = qualified.clone();
    met.meet(FirstConversation { channel: Channel::Slack, at: noon(-2) });
    met.estimated_deal_size = Some(Money::from_minor(7));
    trial.change_lead(qualified, met).await;
    let lead = |day, figures| of_lead(day, Some(Channel::Slack), LeadSource::Api, figures);
    let expected =
        [lead(0, Figures { leads: 1, score_sum: 90, ..none }), lead(3, Figures { qualified: 1, pipeline: 7, ..none })];
    assert_eq!(figures(trial, trial.scope()).await, expected);
}

pub async fn what_is_deleted_or_absorbed_counts_no_more(trial: &Trial) {
    let absorbed = trial.add_lead(bare_lead(1)).await;
    let survivor = trial.add_lead(bare_lead(2)).await;
    let talk = Conversation { lead: Some(absorbed.id), started_at: noon(1), ..trial.conversation(1) };
    let (talk, _) = trial.add_conversation(talk, 2).await;
    trial.absorb(&absorbed, &survivor).await;
    let none = Figures::default();
    let lead = of_lead(0, None, LeadSource::Api, Figures { leads: 1, score_sum: 40, ..none });
    let conversation = of_conversation(1, Channel::WebChat, Figures { conversations: 1, messages: 2, ..none });
    assert_eq!(figures(trial, trial.scope()).await, [lead, conversation]);
    trial.commit(Changes { leads: vec![Change::deleted(survivor)], ..Changes::default() }).await;
    assert_eq!(figures(trial, trial.scope()).await, [conversation], "its conversation stays");
    let talk = trial.stored(&talk).await.expect("it stays");
    trial.commit(Changes { conversations: vec![Change::deleted(talk)], ..Changes::default() }).await;
    assert_eq!(figures(trial, trial.scope()).await, []);
    assert_eq!(recount(trial).await.differences, []);
}

pub async fn a_commit_that_is_refused_counts_nothing(trial: &Trial) {
    let lead = trial.add_lead(bare_lead(1)).await;
    let before = figures(trial, trial.scope()).await;
    let stale = Lead { version: 7, ..lead.clone() };
    let refused = [
        Changes { leads: vec![Change::created(bare_lead(2)), Change::deleted(stale)], ..Changes::default() },
        Changes { leads: vec![Change::created(bare_lead(1))], ..Changes::default() },
        Changes {
            leads: vec![Change::created(bare_lead(3))],
            messages: vec![fixtures::message(fixtures::id(77), 1)],
            ..Changes::default()
        },
    ];
    for changes in refused {
        trial.refuses("it does not fit what is there", changes).await;
        assert_eq!(figures(trial, trial.scope()).await, before);
    }
}

pub async fn counters_come_for_a_range_of_days_with_both_ends(trial: &Trial) {
    let leads = (1..).zip(-2..=2).map(|(n, day)| Lead { created_at: noon(day), ..bare_lead(n) });
    trial.commit(Changes { leads: leads.map(Change::created).collect(), ..Changes::default() }).await;
    let day = |n| noon(n).day();
    for (first, last, days) in [(-1, 1, vec![-1, 0, 1]), (0, 0, vec![0]), (2, 9, vec![2]), (1, 0, vec![])] {
        let found = trial.store.daily_figures(trial.scope(), day(first), day(last)).await.expect("a read");
        assert_eq!(
            found.iter().map(|counter| counter.key.day).collect::<Vec<_>>(),
            days.into_iter().map(day).collect::<Vec<_>>(),
            "{first} to {last}"
        );
    }
}

pub async fn a_recount_of_anything_finds_the_counters_right(trial: &Trial) {
    let mut dice = Dice::new(5);
    let mut leads = Vec::new();
    for n in 1..=80 {
        let mut lead = Lead { score: Score::clamped(i64::from(dice.below(101))), ..bare_lead(n) };
        lead.source = dice.pick(&LeadSource::ALL);
        lead.created_at = noon(i64::from(dice.below(5)) - 2);
        lead.first_conversation =
            dice.maybe(2, |dice| FirstConversation { channel: dice.pick(&Channel::ALL), at: noon(0) });
        for day in 0..i64::from(dice.below(5)) {
            lead.move_to(dice.pick(&LeadStatus::ALL), noon(day));
        }
        lead.archived = dice.one_in(4);
        lead.merged_into = leads.first().filter(|_| dice.one_in(6)).map(|first: &Lead| first.id);
        leads.push(lead);
    }
    trial.commit(Changes { leads: leads.iter().cloned().map(Change::created).collect(), ..Changes::default() }).await;
    for n in 1..=20 {
        let mut conversation = trial.conversation(n);
        conversation.channel = dice.pick(&Channel::ALL);
        conversation.started_at = noon(i64::from(dice.below(5)));
        conversation.responses = dice.below(4);
        conversation.response_millis = i64::from(dice.below(9_000));
        conversation.was_handed_off = dice.one_in(3);
        trial.add_conversation(conversation, dice.below(5)).await;
    }
    let found = recount(trial).await;
    let counted = leads.iter().filter(|lead| lead.merged_into.is_none()).count();
    assert_eq!(found.differences, []);
    assert_eq!(found.rows, 20 + counted as u64);
    assert!(found.counters > 20, "{}", found.counters);
}

pub async fn a_recount_names_what_is_wrong_and_its_corrections_make_it_right_whatever_came_between(trial: &Trial) {
    trial.add_lead(bare_lead(1)).await;
    let right = figures(trial, trial.scope()).await;
    let none = Figures::default();
    let wrong = [
        of_lead(0, None, LeadSource::Api, Figures { leads: -1, booked: 3, ..none }),
        of_conversation(4, Channel::Slack, Figures { messages: 2, ..none }),
    ];
    trial.store.adjust_counters(trial.scope(), &wrong).await.expect("adjusted");
    let found = recount(trial).await;
    let counted = Figures { leads: 1, score_sum: 40, ..none };
    let expected = [
        Difference { key: wrong[0].key, stored: Figures { score_sum: 40, booked: 3, ..none }, counted },
        Difference { key: wrong[1].key, stored: wrong[1].figures, counted: none },
    ];
    assert_eq!(found.differences, expected);
    // Another server commits between the count and its corrections.
    let second = trial.add_lead(bare_lead(2)).await;
    let corrections: Vec<DayFigures> = found.differences.iter().map(Difference::correction).collect();
    trial.store.adjust_counters(trial.scope(), &corrections).await.expect("adjusted");
    assert_eq!(recount(trial).await.differences, []);
    trial.commit(Changes { leads: vec![Change::deleted(second)], ..Changes::default() }).await;
    assert_eq!(figures(trial, trial.scope()).await, right);
}

pub async fn counters_of_a_sandbox_and_of_another_tenant_are_their_own(trial: &Trial) {
    let lead = Change::created(bare_lead(1));
    let sandbox = trial.home.sandbox();
    trial.commit_in(sandbox, Changes { leads: vec![lead.clone()], ..Changes::default() }).await;
    assert_eq!(figures(trial, sandbox).await.len(), 1);
    for scope in [trial.scope(), trial.other.scope(), trial.other.sandbox()] {
        assert_eq!(figures(trial, scope).await, []);
        assert_eq!(trial.store.recount(scope).await.expect("a read"), Recount::default());
    }
    trial.store.adjust_counters(trial.other.scope(), &figures(trial, sandbox).await).await.expect("adjusted");
    assert_eq!(figures(trial, sandbox).await.len(), 1);
    assert_eq!(figures(trial, trial.other.scope()).await.len(), 1);
}

pub async fn a_deleted_tenant_takes_its_counters(trial: &Trial) {
    let scope = trial.other.scope();
    for scope in [scope, trial.other.sandbox()] {
        trial.commit_in(scope, Changes { leads: vec![Change::created(bare_lead(1))], ..Changes::default() }).await;
    }
    let tenant = trial.store.find_tenant(Some(scope.data())).await.expect("a read").expect("a tenant");
    trial.commit_in(scope, Changes { tenants: vec![Change::deleted(tenant)], ..Changes::default() }).await;
    for scope in [scope, trial.other.sandbox()] {
        assert_eq!(trial.store.recount(scope).await.expect("a read"), Recount::default());
    }
}
