//! Work that goes on when its client has gone away: turns of a chat, bulk writes. It runs on the
//! process's own runtime rather than on a worker of the server, and a graceful stop waits for it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{runtime::Handle, sync::Notify, task::JoinHandle};

/// The tasks that are under way.
#[derive(Debug, Clone)]
pub struct Tasks {
    runtime: Handle,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    running: AtomicUsize,
    ended: Notify,
}

struct Running(Arc<State>);

impl Drop for Running {
    fn drop(&mut self) {
        if self.0.running.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.ended.notify_waiters();
        }
    }
}

impl Tasks {
    /// Tasks on a runtime.
    pub fn new(runtime: Handle) -> Self {
        Self { runtime, state: Arc::default() }
    }

    /// Starts one. Dropping the handle does not stop it.
    pub fn spawn<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.state.running.fetch_add(1, Ordering::AcqRel);
        let running = Running(Arc::clone(&self.state));
        self.runtime.spawn(async move {
            let _running = running;
            work.await
        })
    }

    /// Waits until none is under way.
    pub async fn ended(&self) {
        loop {
            let ended = self.state.ended.notified();
            if self.state.running.load(Ordering::Acquire) == 0 {
                return;
            }
            ended.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn p3_the_end_waits_for_tasks_whose_client_is_gone_even_if_they_panic() {
        let tasks = Tasks::new(Handle::current());
        let (go, gone) = tokio::sync::oneshot::channel::<()>();
        let done = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&done);
        drop(tasks.spawn(async move {
            let _ = gone.await;
            counter.fetch_add(1, Ordering::SeqCst);
        }));
        drop(tasks.spawn(async { panic!("on purpose") }));
        assert!(futures_util::FutureExt::now_or_never(tasks.ended()).is_none());
        go.send(()).expect("the task waits");
        tasks.ended().await;
        assert_eq!(done.load(Ordering::SeqCst), 1);
    }
}
