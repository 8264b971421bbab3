//! What may happen in a company, and chance to put it together.

use proptest::prelude::*;

/// How many visitors and addresses a script knows: few, so that they meet.
const FEW: u32 = 4;

/// One thing that somebody does. Conversations and leads are named by their place in a list of all.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Create { email: Option<u32>, source: usize },
    Come { visitor: Option<u32>, place: u8 },
    Say(Said),
    Begin { visitor: u32 },
    Write(usize),
    HandOff(usize),
    GiveBack(usize),
    Close(usize),
    Move { lead: usize, status: usize },
    Score { lead: usize, score: Option<u8>, points: i8 },
    Deal { lead: usize, size: Option<u32> },
    Archive { lead: usize },
    Rename { lead: usize, email: u32 },
    DeleteLead(usize),
    DeleteConversation(usize),
    Erase(usize),
    Wait { hours: u32 },
    Sweep,
}

/// A visitor's message.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) visitor: u32,
    pub(super) place: Option<u8>,
    pub(super) email: Option<u32>,
    pub(super) phone: bool,
    pub(super) grade: u8,
    pub(super) asks_for_a_person: bool,
    pub(super) channel: usize,
    pub(super) model: Answer,
}

/// Who answers a turn, and how it goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    BuiltIn,
    Model { millis: u16 },
    BrokenOff { millis: u16 },
    Unreachable { millis: u16 },
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        3 => Just(Answer::BuiltIn),
        2 => (0u16..9_000).prop_map(|millis| Answer::Model { millis }),
        1 => (0u16..9_000).prop_map(|millis| Answer::BrokenOff { millis }),
        1 => (0u16..9_000).prop_map(|millis| Answer::Unreachable { millis }),
    ]
}

fn said() -> impl Strategy<Value = Said> {
    let place = prop::option::of(0u8..2);
    let person = prop::bool::weighted(0.15);
    (1..=FEW, place, prop::option::of(1..=FEW), any::<bool>(), 0u8..=100, person, 0usize..4, answer()).prop_map(
        |(visitor, place, email, phone, grade, asks_for_a_person, channel, model)| Said {
            visitor,
            place,
            email,
            phone,
            grade,
            asks_for_a_person,
            channel,
            model,
        },
    )
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let which = || 0usize..12;
    let n = || 1..=FEW;
    let email = || prop::option::of(n());
    prop_oneof![
        3 => (email(), 0usize..4).prop_map(|(email, source)| Step::Create { email, source }),
        9 => said().prop_map(Step::Say),
        2 => (prop::option::of(n()), 0u8..2).prop_map(|(visitor, place)| Step::Come { visitor, place }),
        2 => n().prop_map(|visitor| Step::Begin { visitor }),
        2 => which().prop_map(Step::Write),
        1 => which().prop_map(Step::HandOff),
        2 => which().prop_map(Step::GiveBack),
        1 => which().prop_map(Step::Close),
        5 => (which(), 0usize..9).prop_map(|(lead, status)| Step::Move { lead, status }),
        2 => (which(), prop::option::of(0u8..=100), -20i8..20).prop_map(|(lead, score, points)| Step::Score { lead, score, points }),
        2 => (which(), prop::option::of(0u32..9_999)).prop_map(|(lead, size)| Step::Deal { lead, size }),
        1 => which().prop_map(|lead| Step::Archive { lead }),
        1 => (which(), n()).prop_map(|(lead, email)| Step::Rename { lead, email }),
        1 => which().prop_map(Step::DeleteLead),
        1 => which().prop_map(Step::DeleteConversation),
        1 => which().prop_map(Step::Erase),
        3 => (1u32..40).prop_map(|hours| Step::Wait { hours }),
        1 => Just(Step::Sweep),
    ]
}
