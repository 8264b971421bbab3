//! The product beside the floor, in rounds that take turns at going first, so that whatever else
//! the machine does meets both.

use anyhow::Result;
use hdrhistogram::Histogram;

use crate::{
    load::{Closed, Source, Throughput},
    material::{Creates, Reads},
    measure::{Extent, stage::Stage},
    note,
    process::Server,
    report::{Figure, Line, Report, Target},
    spread::Spread,
};

/// Connections of the point read.
const READERS: u64 = 32;
/// Clients of the durable creates.
const WRITERS: u64 = 64;

/// Rounds of one contender.
#[derive(Default)]
struct Rounds {
    per_second: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
    longest: f64,
    processor: Vec<f64>,
}

impl Rounds {
    async fn measure<S: Source>(&mut self, server: &Server, closed: &Closed, sources: Vec<S>) -> Result<()> {
        let before = server.processor_time()?;
        let Throughput { per_second, requests, latencies } = closed.run(sources).await?;
        let used = server.processor_time()? - before;
        self.per_second.push(per_second);
        self.p50.push(quantile(&latencies, 0.5));
        self.p99.push(quantile(&latencies, 0.99));
        self.longest = self.longest.max(quantile(&latencies, 1.0));
        #[expect(clippy::cast_precision_loss, reason = "a few million at most")]
        self.processor.push(used * 1e6 / requests.max(1) as f64);
        Ok(())
    }

    fn line(self, name: String) -> Line {
        Line {
            name,
            per_second: Spread::of(self.per_second),
            p50: Spread::of(self.p50),
            p99: Spread::of(self.p99),
            longest: self.longest,
            processor: Spread::of(self.processor),
        }
    }
}

/// A latency in milliseconds.
#[expect(clippy::cast_precision_loss, reason = "a minute at most")]
pub(super) fn quantile(latencies: &Histogram<u64>, quantile: f64) -> f64 {
    latencies.value_at_quantile(quantile) as f64 / 1_000.0
}

/// Reads of one lead by its id.
pub(super) async fn reads(stage: &Stage, extent: &Extent, report: &mut Report) -> Result<()> {
    let sources = |round: usize| {
        let seed = |client| round as u64 * READERS + client;
        (1..=READERS).map(|client| Reads::new(stage.leads.clone(), &stage.key, seed(client))).collect()
    };
    let measured = Comparison { name: "reads", status: 200, warm_up: 2 }.run(stage, extent, sources).await?;
    let name = format!("GET /api/v1/leads/{{id}}, {READERS} connections");
    measured.add_to(report, &name, Target::AtLeast(0.6));
    Ok(())
}

/// Creations of leads that are on disk when they are answered.
pub(super) async fn creates(stage: &Stage, extent: &Extent, report: &mut Report) -> Result<()> {
    let sources = |round: usize| {
        (0..WRITERS).map(|client| Creates::new(&format!("r{round}c{client}n"), client, &stage.key)).collect()
    };
    let measured = Comparison { name: "creates", status: 201, warm_up: 1 }.run(stage, extent, sources).await?;
    let name = format!("POST /api/v1/leads, {WRITERS} clients, durable");
    measured.add_to(report, &name, Target::AtLeast(0.5));
    Ok(())
}

struct Comparison {
    name: &'static str,
    status: u16,
    /// Rounds that are not counted.
    warm_up: usize,
}

struct Compared {
    ratios: Vec<f64>,
    product: Rounds,
    floor: Rounds,
}

impl Comparison {
    async fn run<S: Source>(
        &self,
        stage: &Stage,
        extent: &Extent,
        sources: impl Fn(usize) -> Vec<S>,
    ) -> Result<Compared> {
        let product = stage.start_product(&stage.folder_with_copy(&format!("{}-product", self.name))?).await?;
        let floor = stage.start_floor(&stage.folder_with_copy(&format!("{}-floor", self.name))?).await?;
        let mut compared = Compared { ratios: Vec::new(), product: Rounds::default(), floor: Rounds::default() };
        for round in 0..self.warm_up + extent.rounds {
            let closed =
                |server: &Server| Closed { address: server.address, duration: extent.round(), status: self.status };
            let (mut of_product, mut of_floor) = (Rounds::default(), Rounds::default());
            let product_first = round % 2 == 0;
            if product_first {
                of_product.measure(&product, &closed(&product), sources(round)).await?;
            }
            of_floor.measure(&floor, &closed(&floor), sources(round)).await?;
            if !product_first {
                of_product.measure(&product, &closed(&product), sources(round)).await?;
            }
            let (of_product_rate, of_floor_rate) = (of_product.per_second[0], of_floor.per_second[0]);
            note(&format!("{} round {round}: {of_product_rate:.0}/s beside {of_floor_rate:.0}/s", self.name));
            if round >= self.warm_up {
                compared.ratios.push(of_product_rate / of_floor_rate);
                compared.product.take(of_product);
                compared.floor.take(of_floor);
            }
        }
        product.end().await?;
        floor.end().await?;
        Ok(compared)
    }
}

impl Rounds {
    fn take(&mut self, other: Self) {
        self.per_second.extend(other.per_second);
        self.p50.extend(other.p50);
        self.p99.extend(other.p99);
        self.longest = self.longest.max(other.longest);
        self.processor.extend(other.processor);
    }
}

impl Compared {
    fn add_to(self, report: &mut Report, name: &str, target: Target) {
        report.figures.push(Figure {
            name: format!("{name}: requests/s, product ÷ floor"),
            measured: Spread::of(self.ratios),
            digits: 2,
            unit: "",
            target,
        });
        report.lines.push(self.product.line(format!("{name}: product")));
        report.lines.push(self.floor.line(format!("{name}: floor")));
    }
}
