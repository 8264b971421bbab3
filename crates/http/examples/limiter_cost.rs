//! What a request's limits cost it: nanoseconds for finding its rules, deciding among 200,000 live
//! buckets, and telling the answer's headers. Run by `cargo xtask bench`, which prints the figures.
//!
//! One line for each kind of request and each number of threads that ask at once.

use std::{
    hint::black_box,
    io::{self, Write as _},
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use actix_web::HttpResponse;
use synaptiq_domain::{
    access::{ApiKey, KeyKind, PermissionSet, TenantScope},
    conversation::SessionHash,
    id::Id,
    limit::PublicLimits,
    ports::Clock,
    time::{Steady, Timestamp},
    use_cases::Principal,
};
use synaptiq_http::{
    auth::Caller,
    dialect,
    limits::{Asked, Counted, EXACT_BUCKETS, Gate, MemoryLimiter},
    route::Route,
};

/// A clock as costly as the server's.
struct Running(Instant);

impl Clock for Running {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(i64::try_from(self.0.elapsed().as_micros()).unwrap_or(i64::MAX))
    }

    fn steady(&self) -> Steady {
        Steady::from_micros(u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}

/// Whoever asks, one of many.
type Asker = fn(u32) -> (Caller, IpAddr);

fn address(n: u32) -> IpAddr {
    Ipv4Addr::from(0x0a00_0000 + n).into()
}

/// A key on a plan with lower limits: two rules.
fn key(n: u32) -> (Caller, IpAddr) {
    let tenant = Id::from_bits(1);
    let key = ApiKey {
        id: Id::from_bits(u128::from(n) << 40 | 7),
        tenant,
        kind: KeyKind::Live,
        name: "n".to_owned(),
        permissions: PermissionSet::all(),
        hash: [0; 32],
        tail: String::new(),
        plan: None,
        created_at: Timestamp::from_micros(0),
        last_used_at: None,
        revoked_at: None,
    };
    let plan = "enterprise".to_owned();
    let scope = TenantScope::live(tenant);
    let principal = Principal { scope, permissions: PermissionSet::all(), key: Some(key), plan };
    (Caller::Principal(Box::new(principal)), address(n))
}

/// A visitor with a session: three rules.
fn visitor(n: u32) -> (Caller, IpAddr) {
    let mut session = [0; 32];
    session[28..].copy_from_slice(&n.to_be_bytes());
    let (scope, address) = (TenantScope::live(Id::from_bits(1)), address(n));
    (Caller::Visitor { scope, session: Some(SessionHash(session)), address }, address)
}

fn route(dialect: &str, path: &str) -> &'static Route {
    let dialect = dialect::named(dialect).expect("a dialect");
    dialect.routes().iter().find(|route| route.path == path && route.verb.as_str() == "POST").expect("a route")
}

/// Decisions of one thread, in no order; the time that they took.
fn decide(gate: &Gate, askers: &[(Caller, IpAddr)], route: &'static Route, decisions: u32, seed: u32) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut response = HttpResponse::Ok();
    let mut at = seed as usize;
    let begun = Instant::now();
    runtime.block_on(async {
        for _ in 0..decisions {
            at = (at + 77_777_777) % askers.len();
            let (caller, address) = &askers[at];
            let (route, caller) = (Some(route), Some(caller));
            let asked = Asked { route, query: "", caller, address: *address, streamed: false };
            let mut counted = Counted::default();
            // Refusals cost as well.
            let _ = black_box(gate.count(&mut counted, asked).await);
            counted.tell(&mut response);
        }
    });
    begun.elapsed()
}

fn main() -> io::Result<()> {
    const DECISIONS: u32 = 1_000_000;
    let live = u32::try_from(EXACT_BUCKETS).expect("200,000");
    for (name, asker, route) in
        [("key", key as Asker, route("v1", "/api/v1/leads")), ("visitor", visitor as Asker, route("app", "/api/chat"))]
    {
        let clock: Arc<dyn Clock> = Arc::new(Running(Instant::now()));
        let limiter = Arc::new(MemoryLimiter::new(Arc::clone(&clock)));
        let gate = Gate::new(limiter, clock, Arc::default(), PublicLimits::default());
        // A key has two buckets.
        let askers: Vec<_> = (0..if name == "key" { live / 2 } else { live }).map(asker).collect();
        decide(&gate, &askers, route, live, 0);
        for threads in [1, 2] {
            let took: Duration = thread::scope(|scope| {
                let (gate, askers) = (&gate, &askers[..]);
                let running: Vec<_> = (0..threads)
                    .map(|n| scope.spawn(move || decide(gate, askers, route, DECISIONS / threads, n * 1_234_567)))
                    .collect();
                running.into_iter().map(|thread| thread.join().expect("no panic")).sum()
            });
            writeln!(io::stdout(), "{name} {threads} {}", took.as_nanos() / u128::from(DECISIONS))?;
        }
    }
    Ok(())
}
