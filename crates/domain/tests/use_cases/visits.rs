//! Who is counted as a visitor, and as whom.

use std::net::IpAddr;

use synaptiq_domain::{
    access::SystemScope,
    analytics::Onlooker,
    conversation::{Channel, VisitorId},
    ports::store::{CounterStore as _, VisitKeyStore as _},
    time::Day,
    use_cases::{ChatCommand, VisitCommand, chat, count_visit, sweep_old},
};

use crate::stage::{Stage, command};

fn onlooker(host: u8, user_agent: &str) -> Onlooker {
    Onlooker { address: IpAddr::from([192, 0, 2, host]), user_agent: user_agent.to_owned() }
}

impl Stage {
    async fn load_page(&self, visitor: Option<&str>, onlooker: Onlooker) {
        let visitor = visitor.map(|name| VisitorId::parse(name).expect("an id"));
        let command = VisitCommand { visitor, onlooker, channel: Channel::WebChat, page: Some("/prices".to_owned()) };
        count_visit(&self.services, self.scope, command, None).await.expect("counted");
    }

    /// A message in the public chat, from where it is sent. Gives the session.
    async fn write(&self, session: Option<&str>, onlooker: Onlooker) -> String {
        let visitor = command("hello", session);
        let command = ChatCommand { visitor: None, channel: Channel::WebChat, onlooker: Some(onlooker), ..visitor };
        chat(&self.services, self.scope, command, None, None).await.expect("an answer").session
    }

    async fn visitors(&self) -> i64 {
        let days = self.store.daily_figures(self.scope, Day(0), Day(1_000_000)).await.expect("figures");
        days.iter().map(|counter| counter.figures.visitors).sum()
    }

    async fn assert_counted_right(&self) {
        assert_eq!(self.store.recount(self.scope).await.expect("a recount").differences, []);
    }
}

#[tokio::test]
async fn a_visitor_who_loads_twice_and_then_chats_is_one() {
    let stage = Stage::new().await;
    for _ in 0..2 {
        stage.load_page(None, onlooker(1, "Browser")).await;
    }
    let session = stage.write(None, onlooker(1, "Browser")).await;
    stage.write(Some(&session), onlooker(1, "Browser")).await;
    assert_eq!(stage.visitors().await, 1);
    stage.assert_counted_right().await;
}

#[tokio::test]
async fn a_visitor_whom_the_site_names_is_one_from_wherever_they_come_that_day() {
    let stage = Stage::new().await;
    stage.load_page(None, onlooker(1, "Browser")).await;
    stage.load_page(Some("v1"), onlooker(1, "Browser")).await;
    stage.load_page(Some("v1"), onlooker(2, "Telephone")).await;
    assert_eq!(stage.visitors().await, 1);
}

#[tokio::test]
async fn two_agents_at_one_address_are_two_and_so_is_one_agent_at_two_addresses() {
    let stage = Stage::new().await;
    stage.load_page(None, onlooker(1, "Browser")).await;
    stage.load_page(None, onlooker(1, "Telephone")).await;
    assert_eq!(stage.visitors().await, 2);
    stage.load_page(None, onlooker(2, "Browser")).await;
    assert_eq!(stage.visitors().await, 3);
    stage.assert_counted_right().await;
}

#[tokio::test]
async fn a_chat_counts_its_visitor_again_on_the_next_day_and_not_before() {
    let stage = Stage::new().await;
    let mut session = stage.write(None, onlooker(1, "Browser")).await;
    for (minutes, visitors) in [(20, 1), (20, 1), (24 * 60, 2)] {
        stage.later(minutes);
        session = stage.write(Some(&session), onlooker(1, "Browser")).await;
        assert_eq!(stage.visitors().await, visitors, "after {minutes} more minutes");
    }
    stage.assert_counted_right().await;
}

#[tokio::test]
async fn a_server_that_chats_for_its_visitors_is_none_of_them() {
    let stage = Stage::new().await;
    stage.load_page(None, onlooker(1, "Server")).await;
    stage.say("hello", None).await;
    assert_eq!(stage.visitors().await, 2, "the visitor it names, besides whoever loaded the page");
}

#[tokio::test]
async fn the_days_secret_is_deleted_once_the_day_is_over_and_names_nobody_any_more() {
    let stage = Stage::new().await;
    stage.load_page(None, onlooker(1, "Browser")).await;
    let today = synaptiq_domain::ports::Clock::now(&*stage.clock).day();
    let secret = stage.store.visit_key(today, [0; 32]).await.expect("a secret");
    assert_ne!(secret, [0; 32], "the one that was made for the visit");
    let name = onlooker(1, "Browser").name(secret, stage.scope.data());
    sweep_old(&stage.services, SystemScope::assume()).await.expect("swept");
    assert_eq!(stage.store.visit_key(today, [0; 32]).await.expect("a secret"), secret, "while the day lasts");
    stage.later(24 * 60);
    sweep_old(&stage.services, SystemScope::assume()).await.expect("swept");
    stage.load_page(None, onlooker(1, "Browser")).await;
    assert_eq!(stage.store.visit_key(today, [0; 32]).await.expect("a secret"), [0; 32], "it is gone");
    let tomorrow = stage.store.visit_key(Day(today.0 + 1), [0; 32]).await.expect("a secret");
    assert_ne!(onlooker(1, "Browser").name(tomorrow, stage.scope.data()), name);
    assert_eq!(stage.visitors().await, 2);
}
