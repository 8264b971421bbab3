//! The score: points = weight × grade rounded half up, summed with adjustments, clamped to 0–100.

use crate::{
    access::TenantSettings,
    lead::{Grade, Score, Weight},
    qualification::{Adjustment, Criterion, Evidence, Signal, Topic},
};

/// One criterion's part of a score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriterionScore {
    /// The criterion.
    pub criterion: Criterion,
    /// How much it counts.
    pub weight: Weight,
    /// How well it is met, by the latest statement.
    pub grade: Grade,
    /// Weight × grade, rounded half up.
    pub points: u8,
    /// Everything said about it, latest first; the first one set the grade.
    pub evidence: Vec<Evidence>,
}

/// What the evidence on a lead amounts to. Pure: the order in which evidence is supplied does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qualification {
    /// The computed score.
    pub score: Score,
    /// From which score on a lead is qualified.
    pub threshold: Score,
    /// Every criterion, in printing order.
    pub criteria: Vec<CriterionScore>,
    /// Points added or taken away by people.
    pub adjustments: Vec<Adjustment>,
    /// Signals that stand, with the words that gave them.
    pub signals: Vec<(Signal, Evidence)>,
}

impl Qualification {
    /// Scores `evidence` by a tenant's settings.
    pub fn of(evidence: &[Evidence], adjustments: &[Adjustment], settings: &TenantSettings) -> Self {
        let criteria: Vec<CriterionScore> = Criterion::ALL
            .into_iter()
            .map(|criterion| {
                let evidence = latest_first(evidence, Topic::Criterion(criterion));
                let grade = evidence.first().map_or(Grade::NONE, |latest| latest.grade);
                let weight = settings.weights.of(criterion);
                CriterionScore { criterion, weight, grade, points: points(weight, grade), evidence }
            })
            .collect();
        let sum: i64 = criteria.iter().map(|criterion| i64::from(criterion.points)).sum();
        let adjusted: i64 = adjustments.iter().map(|adjustment| i64::from(adjustment.points)).sum();
        let mut qualification = Self {
            score: Score::clamped(sum + adjusted),
            threshold: settings.threshold,
            criteria,
            adjustments: adjustments.to_vec(),
            signals: Vec::new(),
        };
        qualification.signals = qualification.standing_signals(evidence);
        qualification
    }

    /// The signal that disqualifies, if one stands, with its words.
    pub fn disqualifying(&self) -> Option<&(Signal, Evidence)> {
        self.signals.iter().find(|(signal, _)| signal.disqualifies())
    }

    /// The words by which the visitor asked to be left alone for now, if they still stand.
    pub fn not_now(&self) -> Option<&Evidence> {
        self.signals.iter().find(|(signal, _)| *signal == Signal::NotNow).map(|(_, evidence)| evidence)
    }

    /// Whether the computed score reaches the threshold.
    pub fn reaches_threshold(&self) -> bool {
        self.score >= self.threshold
    }

    /// Why the lead qualifies, in one sentence that names the criteria met and quotes the strongest.
    pub fn reason(&self) -> String {
        let mut met: Vec<&CriterionScore> = self.criteria.iter().filter(|criterion| criterion.points > 0).collect();
        met.sort_by_key(|criterion| std::cmp::Reverse(criterion.points));
        let parts: Vec<String> = met
            .iter()
            .filter_map(|criterion| {
                let latest = criterion.evidence.first()?;
                Some(format!("{} “{}” (+{})", criterion.criterion.as_str(), latest.quote, criterion.points))
            })
            .collect();
        if parts.is_empty() { format!("score {}", self.score.get()) } else { parts.join(", ") }
    }

    /// A signal stands if the latest statement gives it, and "not now" only until the visitor
    /// later names a date or a need that is at least half met.
    fn standing_signals(&self, evidence: &[Evidence]) -> Vec<(Signal, Evidence)> {
        [Signal::Spam, Signal::Vendor, Signal::JobSeeker, Signal::Student, Signal::NotNow]
            .into_iter()
            .filter_map(|signal| {
                let latest = latest_first(evidence, Topic::Signal(signal)).into_iter().next()?;
                let withdrawn = signal == Signal::NotNow
                    && self.criteria.iter().any(|criterion| {
                        criterion.criterion == Criterion::Timeline
                            && criterion.grade.get() >= 50
                            && criterion.evidence.first().is_some_and(|timeline| timeline.at > latest.at)
                    });
                (latest.grade > Grade::NONE && !withdrawn).then_some((signal, latest))
            })
            .collect()
    }
}

/// Weight × grade in whole points, rounded half up.
fn points(weight: Weight, grade: Grade) -> u8 {
    let hundredths = u32::from(weight.get()) * u32::from(grade.get());
    u8::try_from((hundredths + 50) / 100).expect("at most 100")
}

/// The evidence on one topic, latest first. Ties are broken by everything that tells two pieces
/// apart, the better grade first, so that the order of supply cannot matter.
fn latest_first(evidence: &[Evidence], topic: Topic) -> Vec<Evidence> {
    let mut found: Vec<Evidence> = evidence.iter().filter(|piece| piece.topic == topic).cloned().collect();
    found.sort_by(|a, b| (b.at, b.message, b.grade, &b.quote).cmp(&(a.at, a.message, a.grade, &a.quote)));
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{id::Id, time::Timestamp};

    fn piece(topic: Topic, grade: u8, at: i64) -> Evidence {
        Evidence {
            topic,
            grade: Grade::clamped(i64::from(grade)),
            quote: format!("said at {at}"),
            message: Id::from_bits(u128::from(at.unsigned_abs())),
            conversation: Id::from_bits(1),
            at: Timestamp::from_seconds(at),
        }
    }

    fn any_piece() -> impl Strategy<Value = Evidence> {
        (0usize..4, 0u8..=100, 0i64..6)
            .prop_map(|(criterion, grade, at)| piece(Topic::Criterion(Criterion::ALL[criterion]), grade, at))
    }

    proptest! {
        #[test]
        fn the_score_does_not_depend_on_the_order_of_supply(pieces in proptest::collection::vec(any_piece(), 0..12), seed: usize) {
            let settings = TenantSettings::default();
            let expected = Qualification::of(&pieces, &[], &settings);
            let mut shuffled = pieces.clone();
            let length = shuffled.len();
            if length > 0 {
                shuffled.rotate_left(seed % length);
            }
            shuffled.reverse();
            prop_assert_eq!(Qualification::of(&shuffled, &[], &settings), expected);
        }

        #[test]
        fn points_add_up_and_the_score_is_bounded(pieces in proptest::collection::vec(any_piece(), 0..12), extra in -100i8..=100) {
            let adjustments = [Adjustment { reason: "known customer".to_owned(), points: extra }];
            let found = Qualification::of(&pieces, &adjustments, &TenantSettings::default());
            let sum: i64 = found.criteria.iter().map(|criterion| i64::from(criterion.points)).sum();
            prop_assert_eq!(i64::from(found.score.get()), (sum + i64::from(extra)).clamp(0, 100));
        }

        #[test]
        fn a_better_grade_never_lowers_the_score(
            pieces in proptest::collection::vec(any_piece(), 0..8), criterion in 0usize..4, low in 0u8..=100, high in 0u8..=100
        ) {
            let (low, high) = (low.min(high), low.max(high));
            let with = |grade| {
                let mut pieces = pieces.clone();
                pieces.push(piece(Topic::Criterion(Criterion::ALL[criterion]), grade, 99));
                Qualification::of(&pieces, &[], &TenantSettings::default()).score
            };
            prop_assert!(with(low) <= with(high));
        }
    }

    #[test]
    fn points_are_rounded_half_up() {
        let half =
            Qualification::of(&[piece(Topic::Criterion(Criterion::Budget), 50, 1)], &[], &TenantSettings::default());
        assert_eq!(half.criteria[0].points, 13, "12.5 becomes 13");
    }

    #[test]
    fn the_later_statement_wins() {
        let pieces = [piece(Topic::Criterion(Criterion::Need), 100, 1), piece(Topic::Criterion(Criterion::Need), 0, 2)];
        let found = Qualification::of(&pieces, &[], &TenantSettings::default());
        assert_eq!(found.score, Score::clamped(0));
        assert_eq!(found.criteria[2].evidence.len(), 2, "what was said before stays visible");
    }

    #[test]
    fn not_now_stands_until_a_later_date_is_named() {
        let not_now = piece(Topic::Signal(Signal::NotNow), 100, 5);
        let before = piece(Topic::Criterion(Criterion::Timeline), 100, 4);
        let after = piece(Topic::Criterion(Criterion::Timeline), 100, 6);
        let settings = TenantSettings::default();
        assert!(Qualification::of(&[not_now.clone(), before], &[], &settings).not_now().is_some());
        assert!(Qualification::of(&[not_now, after], &[], &settings).not_now().is_none());
    }
}
