//! The limiter in memory: the contract of every limiter, and how it bears a crowd.

use std::{collections::HashMap, fs, net::Ipv4Addr, sync::Arc};

use synaptiq_domain::{
    limit::{Place, PublicLimits, Rule, Span, Subject},
    ports::{Clock as _, Limiter},
    time::Timestamp,
};
use synaptiq_http::limits::{EXACT_BUCKETS, MemoryLimiter};
use synaptiq_testkit::{fakes::FakeClock, fixtures};
use time::Duration;

fn in_memory(clock: Arc<FakeClock>) -> Arc<dyn Limiter> {
    Arc::new(MemoryLimiter::new(clock))
}

mod contract {
    synaptiq_testkit::limiter_contract!(in_memory);
}

/// What a visitor's message counts against.
fn message_from(address: Ipv4Addr) -> [Rule; 2] {
    let limits = PublicLimits::default();
    let subject = Subject::Writers(fixtures::id(1), Place::of(address.into()));
    let minute = Rule { subject, group: None, span: Span::Minute, limit: limits.address };
    [minute, Rule { span: Span::Day, limit: limits.day, ..minute }]
}

/// Megabytes of memory that this process has; nothing where the system does not say.
fn resident() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse::<usize>().ok().map(|kilobytes| kilobytes / 1_000)
}

const ADDRESSES: u32 = 2_000_000;
/// The limit a minute, of an address as of a network that shares.
const LIMIT: usize = 120;

/// The addresses of a crowd that fills whole networks, in no order.
fn crowd() -> impl Iterator<Item = Ipv4Addr> {
    let shuffled = |n: u32| u64::from(n) * 1_000_003 % u64::from(ADDRESSES);
    (0..ADDRESSES)
        .map(move |n| Ipv4Addr::from(0x0a00_0000 + u32::try_from(shuffled(n)).expect("below the number of addresses")))
}

#[tokio::test]
async fn p2_two_million_addresses_take_bounded_memory_and_nobody_is_kept_out_below_the_shared_limit() {
    let clock = Arc::new(FakeClock::default());
    let limiter = MemoryLimiter::new(Arc::clone(&clock) as _);
    let mut admitted: HashMap<u32, Vec<Timestamp>> = HashMap::new();
    for address in crowd() {
        admitted.entry(address.to_bits() >> 8).or_insert_with(|| Vec::with_capacity(256));
    }
    let before = resident();
    let mut refused = 0;
    for (n, address) in crowd().enumerate() {
        let network = admitted.get_mut(&(address.to_bits() >> 8)).expect("entered above");
        if limiter.admit(&message_from(address)).await.is_admitted() {
            network.push(clock.now());
        } else {
            refused += 1;
            let lately = network.iter().filter(|at| clock.now().since(**at) < Duration::MINUTE).count();
            assert!(lately >= LIMIT, "{address} was kept out after {lately} of its network");
        }
        // Half a minute in all: nothing is forgotten because it is too old.
        if n % 1_000 == 0 {
            clock.advance(Duration::milliseconds(15));
        }
    }
    // A table of the minute and one of the day, and in each as many networks at most.
    assert!(limiter.buckets() <= 4 * EXACT_BUCKETS, "{} buckets", limiter.buckets());
    if let (Some(before), Some(after)) = (before, resident()) {
        assert!(after - before < 120, "{} MB more", after - before);
    }
    assert!(refused > 0, "networks of 256 that share 120 cannot all be let in");
    // Whoever comes now is among the most recently active, and is counted exactly.
    for stranger in [Ipv4Addr::new(203, 0, 113, 7), Ipv4Addr::new(203, 0, 113, 8)] {
        let mut count = 0;
        while limiter.admit(&message_from(stranger)).await.is_admitted() {
            count += 1;
        }
        assert_eq!(count, LIMIT);
    }
    // A minute later the crowd is forgotten by those who come after it.
    clock.advance(Duration::MINUTE);
    for n in 0..60_000 {
        limiter.admit(&message_from(Ipv4Addr::from(0xc000_0000 + n * 256))[..1]).await;
    }
    assert!(limiter.buckets() <= 60_000 + 2 * EXACT_BUCKETS, "{} buckets", limiter.buckets());
}

#[tokio::test]
async fn the_most_recently_active_are_exact_whoever_came_before() {
    let clock = Arc::new(FakeClock::default());
    let limiter = MemoryLimiter::new(Arc::clone(&clock) as _);
    let address = |n: u32| Ipv4Addr::from(0x0a00_0000 + n);
    let crowd = u32::try_from(EXACT_BUCKETS).unwrap() + 50_000;
    for n in 0..crowd {
        assert!(limiter.admit(&message_from(address(n))[..1]).await.is_admitted());
    }
    // All of the last 200,000 have one request behind them; a few of them go on to the limit.
    for n in (50_000..crowd).step_by(9_973) {
        let mut count = 1;
        while limiter.admit(&message_from(address(n))[..1]).await.is_admitted() {
            count += 1;
        }
        assert_eq!(count, LIMIT, "address {n}");
    }
    // The first 50,000 share by their networks: 256 requests are behind each network already.
    assert!(!limiter.admit(&message_from(address(7))[..1]).await.is_admitted());
    clock.advance(Duration::MINUTE);
    assert!(limiter.admit(&message_from(address(7))[..1]).await.is_admitted());
}
