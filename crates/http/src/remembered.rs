//! Answers about the process that cost something to find out and that anyone may ask for.

use std::time::Duration;

use tokio::{sync::Mutex, time::Instant};

/// How long an answer stands.
const STANDS: Duration = Duration::from_secs(1);

/// The latest answer to one question. However many ask, the question is put once a second at most,
/// by one of them; the others wait for what it finds.
pub(crate) struct Remembered<T> {
    latest: Mutex<Option<(Instant, T)>>,
}

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self { latest: Mutex::new(None) }
    }
}

impl<T: Copy> Remembered<T> {
    /// The latest answer; `ask` finds a new one if there is none or it has stood long enough.
    pub(crate) async fn get(&self, ask: impl Future<Output = T>) -> T {
        let mut latest = self.latest.lock().await;
        if let Some((at, answer)) = *latest
            && at.elapsed() < STANDS
        {
            return answer;
        }
        // An asker who goes away leaves the former answer for a while: the question may be under way still.
        if let Some((at, _)) = &mut *latest {
            *at = Instant::now();
        }
        let answer = ask.await;
        // From its end on: whoever waited for a slow answer takes this one.
        *latest = Some((Instant::now(), answer));
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn i5_however_many_ask_the_question_is_put_once_a_second() {
        let (remembered, asked) = (Remembered::default(), AtomicU32::new(0));
        let ask = || async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            asked.fetch_add(1, Ordering::Relaxed) + 1
        };
        let all = async || join_all((0..100).map(|_| remembered.get(ask()))).await;
        assert_eq!(all().await, [1; 100]);
        tokio::time::advance(Duration::from_millis(999)).await;
        assert_eq!(all().await, [1; 100]);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(all().await, [2; 100]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_while_asking_leaves_the_question_to_the_next() {
        let remembered = Remembered::default();
        let given_up = tokio::time::timeout(STANDS, remembered.get(std::future::pending::<u32>())).await;
        assert!(given_up.is_err());
        assert_eq!(remembered.get(async { 7 }).await, 7);
    }

    #[tokio::test(start_paused = true)]
    async fn i5_askers_who_give_up_do_not_put_the_question_more_often() {
        let (remembered, asked) = (Remembered::default(), AtomicU32::new(0));
        remembered.get(async { 7 }).await;
        tokio::time::advance(STANDS).await;
        let begun = Instant::now();
        while begun.elapsed() < STANDS {
            let ask = async {
                asked.fetch_add(1, Ordering::Relaxed);
                std::future::pending().await
            };
            let _ = tokio::time::timeout(Duration::from_millis(10), remembered.get(ask)).await;
            tokio::time::advance(Duration::from_millis(10)).await;
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        tokio::time::advance(STANDS).await;
        assert_eq!(remembered.get(async { 8 }).await, 8);
    }
}
