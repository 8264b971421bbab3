//! app's six statuses: each stands for one or two of the nine.

use synaptiq_domain::lead::{LeadStatus, WantedStatus};

/// A status as app's callers know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Lead created, no qualification started.
    New,
    /// Conversation in progress.
    Qualifying,
    /// Meets the criteria, contacted or not.
    Qualified,
    /// Meeting scheduled, or bought since.
    Booked,
    /// Does not meet the criteria, or was lost.
    Disqualified,
    /// Not ready now, follow up later.
    Nurturing,
}

impl Status {
    /// Every status, in the order in which the source lists them.
    pub const ALL: [Self; 6] =
        [Self::New, Self::Qualifying, Self::Qualified, Self::Booked, Self::Disqualified, Self::Nurturing];

    /// The status that shows one of the nine.
    pub const fn of(status: LeadStatus) -> Self {
        match status {
            LeadStatus::New => Self::New,
            LeadStatus::Qualifying => Self::Qualifying,
            LeadStatus::Qualified | LeadStatus::Contacted => Self::Qualified,
            LeadStatus::Booked | LeadStatus::Converted => Self::Booked,
            LeadStatus::Disqualified | LeadStatus::Lost => Self::Disqualified,
            LeadStatus::Nurturing => Self::Nurturing,
        }
    }

    /// Which of the nine it shows. The first is the one that it sets.
    pub const fn shows(self) -> &'static [LeadStatus] {
        match self {
            Self::New => &[LeadStatus::New],
            Self::Qualifying => &[LeadStatus::Qualifying],
            Self::Qualified => &[LeadStatus::Qualified, LeadStatus::Contacted],
            Self::Booked => &[LeadStatus::Booked, LeadStatus::Converted],
            Self::Disqualified => &[LeadStatus::Disqualified, LeadStatus::Lost],
            Self::Nurturing => &[LeadStatus::Nurturing],
        }
    }

    /// What a caller asks for by it. A contacted lead is shown as qualified, so that who sends back
    /// what was read asks for nothing.
    pub const fn wanted(self) -> WantedStatus {
        let shows = self.shows();
        WantedStatus { status: shows[0], or_already: shows }
    }

    /// The printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Qualifying => "qualifying",
            Self::Qualified => "qualified",
            Self::Booked => "booked",
            Self::Disqualified => "disqualified",
            Self::Nurturing => "nurturing",
        }
    }
}

/// app's word for one of the nine.
pub const fn status_word(status: LeadStatus) -> &'static str {
    Status::of(status).as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_statuses_are_shown_as_six() {
        let words: Vec<&str> = LeadStatus::ALL.into_iter().map(status_word).collect();
        assert_eq!(
            words,
            [
                "new",
                "qualifying",
                "qualified",
                "qualified",
                "booked",
                "booked",
                "nurturing",
                "disqualified",
                "disqualified"
            ]
        );
    }

    #[test]
    fn what_is_read_and_sent_back_asks_for_no_other_status() {
        for status in LeadStatus::ALL {
            assert_eq!(Status::of(status).wanted().reached_from(status), status);
        }
        for status in Status::ALL {
            assert!(status.shows().iter().all(|shown| Status::of(*shown) == status), "{status:?}");
        }
        assert_eq!(Status::ALL.iter().map(|status| status.shows().len()).sum::<usize>(), LeadStatus::ALL.len());
        assert_eq!(Status::Qualified.wanted().reached_from(LeadStatus::Booked), LeadStatus::Qualified);
    }
}
