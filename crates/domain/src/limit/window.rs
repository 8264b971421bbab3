//! An exact sliding window: the time of every admission that still counts, packed.

use std::{collections::VecDeque, iter};

use crate::time::Steady;

/// The admissions of the last so many seconds, each with its time to the microsecond.
///
/// Exact means that all of them are remembered: nothing that is smaller than the log can both
/// never let one too many in and never keep one out too early. So the log is packed: what is kept
/// of an admission is how long after its predecessor it came, in one byte up to 127 µs, two up to
/// 16 ms, three up to 2 s, four up to 4 minutes. A lone admission takes no memory beyond the struct,
/// 60,000 in a minute (`self_hosted`, used to the full) at most 128 KiB.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Window {
    /// From each admission to the next, seven bits a byte, the lowest first; the last byte of a
    /// number has its highest bit clear.
    gaps: VecDeque<u8>,
    oldest: Steady,
    newest: Steady,
    count: u32,
}

/// A log that needs fewer bytes than this is never made smaller.
const SMALL: usize = 256;

impl Window {
    /// How many admissions count at `now`: those less than `span` microseconds ago.
    pub fn count(&mut self, now: Steady, span: u64) -> u32 {
        if self.count > 0 && self.newest.plus(span) <= now {
            // All of them are too old; their memory is given back.
            *self = Self::default();
        }
        while self.count > 0 && self.oldest.plus(span) <= now {
            self.forget_oldest();
        }
        if self.gaps.capacity() > SMALL && self.gaps.len() < self.gaps.capacity() / 4 {
            self.gaps.shrink_to(self.gaps.len() * 2);
        }
        self.count
    }

    /// Notes an admission. Time that went backwards is taken to have stood still.
    pub fn admit(&mut self, now: Steady) {
        let now = now.max(self.newest);
        if self.count == 0 {
            self.oldest = now;
        } else {
            push_gap(&mut self.gaps, now.since(self.newest));
        }
        self.newest = now;
        self.count += 1;
    }

    /// When the next slot under `limit` is free: the moment from which on fewer admissions than
    /// that count, if none comes before it. Below the limit that is when the oldest stops to count.
    /// `None` while the window is empty.
    pub fn next_slot(&self, limit: u32, span: u64) -> Option<Steady> {
        // More than the limit count right after a plan was changed to a lower one.
        let too_many = self.count.saturating_sub(limit) as usize;
        self.times().nth(too_many).map(|time| time.plus(span))
    }

    /// [`Self::next_slot`] where this window's admissions and another's count together.
    pub fn next_slot_with(&self, other: &Self, limit: u32, span: u64) -> Option<Steady> {
        let too_many = self.count.saturating_add(other.count).saturating_sub(limit) as usize;
        let (mut these, mut others) = (self.times().peekable(), other.times().peekable());
        let mut times = iter::from_fn(|| match (these.peek(), others.peek()) {
            (Some(this), Some(other)) if other < this => others.next(),
            (Some(_), _) => these.next(),
            (None, _) => others.next(),
        });
        times.nth(too_many).map(|time| time.plus(span))
    }

    /// Takes another window's admissions in, each with its own time, and keeps the newest `most` of
    /// all: more never make a difference to a limit of `most`.
    pub fn absorb(&mut self, other: &Self, most: u32) {
        let mut times: Vec<Steady> = self.times().chain(other.times()).collect();
        times.sort_unstable();
        let too_many = times.len().saturating_sub(most as usize);
        *self = Self::default();
        for time in times.drain(..).skip(too_many) {
            self.admit(time);
        }
    }

    /// How many bytes the log takes beside the struct itself.
    pub fn heap_bytes(&self) -> usize {
        self.gaps.capacity()
    }

    /// The times of the admissions, oldest first.
    fn times(&self) -> impl Iterator<Item = Steady> {
        let mut bytes = self.gaps.iter().copied();
        let mut time = self.oldest;
        (0..self.count).map(move |index| {
            if index > 0 {
                time = time.plus(pop_gap(&mut bytes));
            }
            time
        })
    }

    fn forget_oldest(&mut self) {
        self.count -= 1;
        if self.count > 0 {
            let gap = pop_gap(&mut std::iter::from_fn(|| self.gaps.pop_front()));
            self.oldest = self.oldest.plus(gap);
        }
    }
}

fn push_gap(gaps: &mut VecDeque<u8>, mut gap: u64) {
    while gap > 0x7f {
        gaps.push_back(u8::try_from(gap & 0x7f).expect("seven bits") | 0x80);
        gap >>= 7;
    }
    gaps.push_back(u8::try_from(gap).expect("seven bits"));
}

fn pop_gap(bytes: &mut impl Iterator<Item = u8>) -> u64 {
    let mut gap = 0;
    for (byte, shift) in bytes.zip((0..64).step_by(7)) {
        gap |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    gap
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: u64 = 60_000_000;

    fn at(micros: u64) -> Steady {
        Steady::from_micros(micros)
    }

    #[test]
    fn an_admission_counts_for_exactly_the_span() {
        let mut window = Window::default();
        window.admit(at(5));
        assert_eq!(window.count(at(MINUTE + 4), MINUTE), 1);
        assert_eq!(window.count(at(MINUTE + 5), MINUTE), 0);
        assert_eq!(window, Window::default(), "nothing is left of it");
    }

    #[test]
    fn after_a_change_to_a_lower_limit_the_slot_is_free_when_enough_are_too_old() {
        let mut window = Window::default();
        for second in 0..5 {
            window.admit(at(second * 1_000_000));
        }
        assert_eq!(window.next_slot(5, MINUTE), Some(at(MINUTE)));
        assert_eq!(window.next_slot(2, MINUTE), Some(at(MINUTE + 3_000_000)));
        assert_eq!(window.next_slot(100, MINUTE), Some(at(MINUTE)), "below the limit: when the oldest is too old");
        assert_eq!(Window::default().next_slot(1, MINUTE), None);
    }

    #[test]
    fn sixty_thousand_a_minute_take_two_bytes_each_and_give_them_back() {
        let mut window = Window::default();
        for admission in 0..60_000 {
            window.admit(at(admission * 1_000));
        }
        assert_eq!(window.count(at(MINUTE - 1), MINUTE), 60_000);
        assert!(window.heap_bytes() <= 2 * 65_536, "{} bytes", window.heap_bytes());
        assert_eq!(window.count(at(2 * MINUTE - 10_001), MINUTE), 10);
        assert!(window.heap_bytes() <= 2 * SMALL, "{} bytes", window.heap_bytes());
    }

    #[test]
    fn time_that_goes_back_stands_still() {
        let mut window = Window::default();
        window.admit(at(9));
        window.admit(at(3));
        assert_eq!(window.next_slot(1, 10), Some(at(19)));
        assert_eq!(window.count(at(18), 10), 2);
        assert_eq!(window.count(at(19), 10), 0);
    }

    #[test]
    fn of_two_windows_that_become_one_the_newest_remain() {
        let (mut one, mut other) = (Window::default(), Window::default());
        for (window, times) in [(&mut one, [1, 4, 5]), (&mut other, [2, 3, 6])] {
            for micros in times {
                window.admit(at(micros));
            }
        }
        assert_eq!(one.next_slot_with(&other, 6, MINUTE), Some(at(MINUTE + 1)));
        assert_eq!(one.next_slot_with(&other, 4, MINUTE), Some(at(MINUTE + 3)));
        assert_eq!(other.next_slot_with(&one, 1, MINUTE), Some(at(MINUTE + 6)));
        one.absorb(&other, 4);
        assert_eq!(one.count(at(6), MINUTE), 4);
        assert_eq!(one.next_slot(4, MINUTE), Some(at(MINUTE + 3)));
    }

    #[derive(Debug, Clone)]
    enum Step {
        Wait(u64),
        Ask { limit: u32 },
        Absorb(Vec<u64>),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => prop_oneof![0_u64..3, 0_u64..200, 0_u64..20_000, 0_u64..3_000_000, 0_u64..(2 * MINUTE)].prop_map(Step::Wait),
            6 => (1_u32..12).prop_map(|limit| Step::Ask { limit }),
            1 => proptest::collection::vec(0_u64..MINUTE, 0..6).prop_map(Step::Absorb),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        /// The model keeps every admission for ever and counts those of the last minute anew.
        #[test]
        fn the_window_decides_as_a_list_of_all_admissions_does(steps in proptest::collection::vec(step(), 0..200)) {
            let (mut window, mut all, mut now) = (Window::default(), Vec::<u64>::new(), 10 * MINUTE);
            for step in steps {
                match step {
                    Step::Wait(micros) => now += micros,
                    Step::Ask { limit } => {
                        let live: Vec<u64> = all.iter().copied().filter(|time| now - time < MINUTE).collect();
                        prop_assert_eq!(window.count(at(now), MINUTE) as usize, live.len());
                        let next = live.get(live.len().saturating_sub(limit as usize)).map(|time| at(time + MINUTE));
                        prop_assert_eq!(window.next_slot(limit, MINUTE), next);
                        if live.len() < limit as usize {
                            window.admit(at(now));
                            all.push(now);
                        }
                    }
                    Step::Absorb(ages) => {
                        let mut times: Vec<u64> = ages.into_iter().map(|age| now - age).collect();
                        times.sort_unstable();
                        let mut other = Window::default();
                        for time in &times {
                            other.admit(at(*time));
                        }
                        window.absorb(&other, u32::MAX);
                        all.extend(times);
                        all.sort_unstable();
                    }
                }
                let live = all.iter().filter(|time| now - **time < MINUTE).count();
                prop_assert_eq!(window.count(at(now), MINUTE) as usize, live);
                prop_assert!(window.heap_bytes() <= (4 * live * 2).max(2 * SMALL));
            }
        }
    }
}
